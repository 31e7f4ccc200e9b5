package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Splits a dynamic {@code quantize} into a search for the largest magnitude and arithmetic on single elements:
 *
 * <pre>
 * %1 = quantize %0 : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;
 * ==&gt;
 * %2 = amax %0 {granularity = token}
 * %3 = scales %2 {elements = i8, rule = nearest} : tensor&lt;[B,1] x f32&gt;
 * %1 = quantize %0, %3
 * </pre>
 *
 * <p>A residual stays with the quantizer, which has another search in it. Types with scales of scales or zero points stay whole.
 */
public final class SplitDynamicQuantize implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Quantize quantize) || operation.operands().size() != 1
        || !isOneLevel(quantize.result())) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value x = operation.operand(0);
    TensorType type = quantize.result();
    ScaleLayout layout = type.scale().orElseThrow();
    Value amax = builder.add(new Amax(layout.granularity()), x);
    Value scale = builder.add(new Scales(type.format(), layout.rule(), type.scaleType()), amax);
    return Optional.of(ImmutableList.of(builder.add(quantize, x, scale)));
  }

  private static boolean isOneLevel(TensorType type) {
    ScaleLayout layout = type.scale().orElseThrow();
    return layout.outer().isEmpty() && layout.zero().isEmpty();
  }
}
