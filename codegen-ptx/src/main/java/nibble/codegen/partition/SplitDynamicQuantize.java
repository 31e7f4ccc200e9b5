package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Quantize;
import nibble.ir.op.ScaleOf;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Makes the scales of a dynamic quantizer a value of their own, so that a kernel may compute them where it has the row:
 *
 * <pre>
 * %1 = quantize %0 : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;
 * ==&gt;
 * %2 = amax %0 {granularity = token}
 * %3 = scale_of %2 {codes = i8, to = f32}
 * %1 = quantize %0, %3
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
    Value scale = builder.add(new ScaleOf(quantize.result().format(), layout.format()), amax);
    return Optional.of(ImmutableList.of(builder.add(quantize, x, scale)));
  }
}
