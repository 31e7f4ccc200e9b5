package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Add;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Quantize;
import nibble.ir.op.Round;
import nibble.ir.op.Scales;
import nibble.ir.op.Select;
import nibble.ir.op.Sub;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Splits a dynamic {@code quantize} to affine codes into searches for the largest element above 0 and below it, scales
 * and zero points, and arithmetic on single elements:
 *
 * <pre>
 * %1 = quantize %0 : tensor&lt;[B,384] x u8, scale&lt;token, f32, zero u8&gt;&gt;
 * ==&gt;
 * %2 = amax %0 {granularity = token, side = above}
 * %3 = amax %0 {granularity = token, side = below}
 * %4 = scales (span of %2 and %3) {elements = u8, rule = nearest, zero = u8}
 * %5 = cast (minimum (maximum (round (sub 255, (div %2, %4))), 0), 255) {to = u8}
 * %1 = quantize %0, %4, %5
 * </pre>
 *
 * <p>Zero points of which several lie in a byte are computed as bytes: only a kernel that stores them all packs them.
 * Scales of two levels stay whole.
 */
public final class SplitAffineQuantize implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean isOne = operation.op() instanceof Quantize quantize && quantize.result().zeroType().isPresent()
        && !quantize.result().scaleType().isScaled() && operation.operands().size() == 1;
    if (!isOne) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Quantize quantize = (Quantize) operation.op();
    TensorType type = quantize.result();
    ScaleLayout layout = type.scale().orElseThrow();
    Value x = operation.operand(0);
    Value above = wide(builder.add(new Amax(layout.granularity(), Optional.of(Amax.Side.ABOVE)), x), builder);
    Value below = wide(builder.add(new Amax(layout.granularity(), Optional.of(Amax.Side.BELOW)), x), builder);
    NumberFormat zero = type.zeroType().orElseThrow().format();
    Value scales = builder.add(
        new Scales(type.format(), layout.rule(), Optional.empty(), Optional.of(zero), type.scaleType()),
        span(above, below, builder));
    Value zeros = zeros(above, scales, type.format(), zero, builder);
    return Optional.of(ImmutableList.of(builder.add(quantize, x, scales, zeros)));
  }

  /** The sum, at most the largest f32 where both ends are numbers. */
  private static Value span(Value above, Value below, BlockBuilder builder) {
    Value most = number(Float.MAX_VALUE, builder);
    Value sum = builder.add(new Add(), above, below);
    Value isFinite = builder.add(
        new Compare(Compare.Kind.LE), builder.add(new Maximum(), above, below), most);
    return builder.add(new Select(), isFinite, builder.add(new Minimum(), sum, most), sum);
  }

  private static Value zeros(Value most, Value scales, NumberFormat codes, NumberFormat zero, BlockBuilder builder) {
    Value quotient = builder.add(new Div(), most, wide(scales, builder));
    Value place = builder.add(new Sub(), number(codes.max(), builder), quotient);
    Value code = within(builder.add(new Round(), place), codes, builder);
    if (zero.bits() >= Byte.SIZE) {
      return builder.add(new Cast(zero), code);
    }
    return builder.add(new Cast(zero.min() < 0 ? Formats.I8 : Formats.U8), within(code, zero, builder));
  }

  private static Value within(Value x, NumberFormat range, BlockBuilder builder) {
    Value above = builder.add(new Maximum(), x, number(range.min(), builder));
    return builder.add(new Minimum(), above, number(range.max(), builder));
  }

  private static Value wide(Value x, BlockBuilder builder) {
    return x.tensorType().format().equals(Formats.F32) ? x : builder.add(new Cast(Formats.F32), x);
  }

  private static Value number(double value, BlockBuilder builder) {
    return builder.add(Constant.splat(value, TensorType.of(Shape.SCALAR, Formats.F32)));
  }
}
