package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Constant;
import nibble.ir.op.Gather;
import nibble.ir.op.MatMul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Brings channels between products to another order, by that of weights and other constants alone: what is computed for
 * inputs has no op more than before.
 *
 * <pre>
 * %1 = matmul %x, %w            =&gt;  %w2 = gather %w, order {axis = 1}
 * %2 = add %1, %b                   %1 = matmul %x, %w2
 * %3 = gelu %2                      %b2 = gather %b, order {axis = 0}
 * %4 = matmul %3, %v                %2 = add %1, %b2
 *                                   %3 = gelu %2
 *                                   %v2 = gather %v, order {axis = 0}
 *                                   %4 = matmul %3, %v2
 * </pre>
 *
 * @param operands what is brought to an order, by the result of the operation
 */
record PermuteOperands(ImmutableListMultimap<Value, Permuted> operands) implements Rewrite {
  /**
   * An operand that is permuted.
   *
   * @param index of it
   * @param axis in the operand's own shape
   * @param order the channel at each place
   */
  record Permuted(int index, int axis, ImmutableList<Double> order) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    ImmutableList<Permuted> permuted =
        operation.results().isEmpty() ? ImmutableList.of() : operands.get(operation.results().getFirst());
    if (permuted.isEmpty()) {
      return Optional.empty();
    }
    List<Value> changed = new ArrayList<>(operation.operands());
    for (int i = 0; i < changed.size(); i++) {
      int index = i;
      List<Permuted> ofOperand = permuted.stream().filter(one -> one.index == index).toList();
      if (!ofOperand.isEmpty()) {
        changed.set(i, permuted(operation, i, ofOperand, context));
      }
    }
    Value result = context.builder().add(operation.op(), changed, List.of()).results().getFirst();
    return Optional.of(ImmutableList.of(result));
  }

  private static Value permuted(Operation operation, int index, List<Permuted> permuted, RewriteContext context) {
    Value operand = operation.operand(index);
    // Of a product, the weight is permuted where it is stored.
    StoredOperand source = operation.op() instanceof MatMul
        ? StoredOperand.of(operand, context::definition)
        : new StoredOperand(operand, ImmutableList.of(), Optional.empty(), "");
    Value stored = source.stored();
    for (Permuted one : permuted) {
      TensorType type = TensorType.of(Shape.of(one.order.size()), Formats.I32);
      Value places = context.builder().add(new Constant(one.order, type));
      stored = context.builder().add(new Gather(source.storedAxis(one.axis)), stored, places);
    }
    return source.toOperand(stored, operand.tensorType().format(), context.builder());
  }
}
