package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Quantize;
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
 */
public final class SplitDynamicQuantize implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Quantize quantize) || operation.operands().size() != 1) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value x = operation.operand(0);
    ScaleLayout layout = quantize.result().scale().orElseThrow();
    Value amax = builder.add(new Amax(layout.granularity()), x);
    TensorType scalar = TensorType.scalar(x.tensorType().format());
    Value largest = builder.add(Constant.splat(quantize.result().format().symmetricMax(), scalar));
    Value scale = round(builder, builder.add(new Div(), amax, largest), layout);
    TensorType scaleScalar = TensorType.scalar(layout.format());
    Value isZero = builder.add(new Compare(Compare.Kind.EQ), scale, builder.add(Constant.splat(0, scaleScalar)));
    Value guarded = builder.add(new Select(), isZero, builder.add(Constant.splat(1, scaleScalar)), scale);
    return Optional.of(ImmutableList.of(builder.add(quantize, x, guarded)));
  }

  private static Value round(BlockBuilder builder, Value scale, ScaleLayout layout) {
    boolean same = scale.tensorType().format().equals(layout.format());
    return same ? scale : builder.add(new Cast(layout.format()), scale);
  }
}
