package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Minimum;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.Select;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Makes the scales of a dynamic quantizer a value of their own, so that a kernel may compute them where it has the row:
 *
 * <pre>
 * %1 = quantize %0 : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;
 * ==&gt;
 * %2 = amax %0 {granularity = token}
 * %3 = div %2, 127.0
 * %4 = compare %3, 0.0 {kind = eq}
 * %5 = select %4, 1.0, %3
 * %1 = quantize %0, %5
 * </pre>
 *
 * <p>Rules that find a scale otherwise than by a division are an operation {@code scales} in place of the last three.
 */
public final class SplitDynamicQuantize implements Rewrite {
  /** Scales for f32 numbers do not leave formats of that range. */
  private static final double WIDE = 0x1p127;

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Quantize quantize) || operation.operands().size() != 1
        || !isOneLevel(quantize.result())) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value x = operation.operand(0);
    ScaleLayout layout = quantize.result().scale().orElseThrow();
    Value amax = builder.add(new Amax(layout.granularity()), x);
    Value scale = layout.rule() == ScaleRules.NEAREST || layout.rule() == ScaleRules.FULL
        ? quotient(builder, amax, quantize.result())
        : builder.add(new Scales(quantize.result().format(), layout.rule(), quantize.result().scaleType()), amax);
    return Optional.of(ImmutableList.of(builder.add(quantize, x, scale)));
  }

  private static boolean isOneLevel(TensorType type) {
    ScaleLayout layout = type.scale().orElseThrow();
    return layout.outer().isEmpty() && layout.zero().isEmpty() && type.residual().isEmpty();
  }

  private static Value quotient(BlockBuilder builder, Value amax, TensorType type) {
    ScaleLayout layout = type.scale().orElseThrow();
    CodeRange codes = CodeRange.of(type.format());
    double limit = layout.rule() == ScaleRules.FULL ? -codes.least() : codes.most();
    Value scale = round(builder, builder.add(new Div(), amax, constant(builder, limit, amax)), layout.format());
    Value isZero = builder.add(new Compare(Compare.Kind.EQ), scale, constant(builder, 0, scale));
    return builder.add(new Select(), isZero, constant(builder, 1, scale), scale);
  }

  private static Value constant(BlockBuilder builder, double number, Value like) {
    return builder.add(Constant.splat(number, TensorType.scalar(like.tensorType().format())));
  }

  /** Rounds to the format of scales, in which what is finite stays so. */
  private static Value round(BlockBuilder builder, Value scale, NumberFormat format) {
    if (scale.tensorType().format().equals(format)) {
      return scale;
    }
    if (format.max() >= WIDE) {
      return builder.add(new Cast(format), scale);
    }
    Value bounded = builder.add(new Minimum(), scale, constant(builder, format.max(), scale));
    Value infinity = constant(builder, Double.POSITIVE_INFINITY, scale);
    Value isInfinite = builder.add(new Compare(Compare.Kind.EQ), scale, infinity);
    return builder.add(new Cast(format), builder.add(new Select(), isInfinite, infinity, bounded));
  }
}
