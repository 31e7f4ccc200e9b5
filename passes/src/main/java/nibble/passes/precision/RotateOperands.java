package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Hadamard;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Rotates operands of matrix products where they are stored.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = hadamard %x {axis = 1, size = 32}
 *                           %3 = hadamard %w {axis = 0, size = 32}
 *                           %4 = matmul %2, %3
 * </pre>
 *
 * @param sizes elements of a block of each product, by its result
 * @param seed of random signs, the same for both operands
 */
record RotateOperands(ImmutableMap<Value, Long> sizes, Optional<Long> seed) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Long size = operation.results().isEmpty() ? null : sizes.get(operation.results().getFirst());
    if (size == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    Value left = rotated(operation.operand(0), product.left(), product.leftInner(), size, context);
    Value right = rotated(operation.operand(1), product.right(), product.rightInner(), size, context);
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), left, right)));
  }

  private Value rotated(Value operand, StoredOperand source, int axis, long size, RewriteContext context) {
    Value rotated = context.builder().add(new Hadamard(axis, size, seed), source.stored());
    return source.toOperand(rotated, operand.tensorType().format(), context.builder());
  }
}
