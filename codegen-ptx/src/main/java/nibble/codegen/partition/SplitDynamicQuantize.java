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
 * <p>Given outer scales become an operand of {@code scales}. A residual stays with the quantizer, which has another
 * search in it. Types with zero points are split by {@link SplitAffineQuantize}.
 */
public final class SplitDynamicQuantize implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Quantize quantize) || !isOneLevel(quantize.result())
        || areGiven(operation, quantize)) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value x = operation.operand(0);
    TensorType type = quantize.result();
    ScaleLayout layout = type.scale().orElseThrow();
    Value amax = builder.add(new Amax(layout.granularity()), x);
    Scales scales = new Scales(type.format(), layout.rule(), type.scaleType());
    Value scale = operation.operands().size() == 1
        ? builder.add(scales, amax) : builder.add(scales, amax, operation.operand(1));
    return Optional.of(ImmutableList.of(builder.add(quantize, x, scale)));
  }

  private static boolean isOneLevel(TensorType type) {
    return type.scale().orElseThrow().zero().isEmpty();
  }

  /** Whether all scales are operands. */
  private static boolean areGiven(Operation operation, Quantize quantize) {
    return operation.operands().size() > 1 && operation.operand(1).type().equals(quantize.result().scaleType());
  }
}
