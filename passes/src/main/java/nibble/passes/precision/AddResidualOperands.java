package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Gives codes that are dequantized or multiplied a second level, of the same format, above a threshold.
 *
 * <pre>
 * %1 = quantize %x : tensor&lt;[B,384] x i8, scale&lt;block(128,128), f32&gt;&gt;
 * %2 = dequantize %1
 * ==&gt;
 * %3 = quantize %x {fallback = 6.0} : tensor&lt;[B,384] x i8, scale&lt;block(128,128), f32&gt;, residual&lt;i8&gt;&gt;
 * %2 = dequantize %3
 * </pre>
 *
 * @param thresholds of each quantizer, by its result
 */
record AddResidualOperands(ImmutableMap<Value, Double> thresholds) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean takesLevels = operation.op() instanceof Dequantize || operation.op() instanceof MatMul;
    if (!takesLevels || operation.operands().stream().noneMatch(thresholds::containsKey)) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>();
    for (Value operand : operation.operands()) {
      Double threshold = thresholds.get(operand);
      operands.add(threshold == null
          ? operand
          : twoLevels(context.definition(operand).orElseThrow(), threshold, context));
    }
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), operands.toArray(Value[]::new))));
  }

  private static Value twoLevels(Operation quantizer, double threshold, RewriteContext context) {
    Quantize quantize = (Quantize) quantizer.op();
    TensorType type = quantize.result().withResidual(quantize.result().format());
    return context.builder().add(
        new Quantize(quantize.rounding(), Optional.of(threshold), type), quantizer.operands().toArray(Value[]::new));
  }
}
