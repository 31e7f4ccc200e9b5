package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Lets operations read codes of some operands instead of the numbers.
 *
 * <pre>
 * %1 = layer_norm %x, %g, %b    =&gt;  %2 = quantize %x : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;
 *                                   %3 = dequantize %2 {to = f32}
 *                                   %1 = layer_norm %3, %g, %b
 * </pre>
 *
 * @param quantizers of the operands of each operation, by its first result; nothing for an operand that is left
 */
record ReadQuantizedOperands(ImmutableMap<Value, ImmutableList<Optional<Quantize>>> quantizers) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    ImmutableList<Optional<Quantize>> own =
        operation.results().isEmpty() ? null : quantizers.get(operation.results().getFirst());
    if (own == null) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      Value operand = operation.operand(i);
      operands.add(own.get(i).map(quantize -> context.builder().add(
          new Dequantize(operand.tensorType().format()), context.builder().add(quantize, operand))).orElse(operand));
    }
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), operands.toArray(Value[]::new))));
  }
}
