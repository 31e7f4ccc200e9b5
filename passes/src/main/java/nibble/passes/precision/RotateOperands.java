package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
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
 * @param products results of the products
 * @param size elements of a block
 * @param seed of random signs, the same for both operands
 */
record RotateOperands(ImmutableSet<Value> products, long size, Optional<Long> seed) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().stream().noneMatch(products::contains)) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    Value left = rotated(operation.operand(0), product.left(), product.leftInner(), context);
    Value right = rotated(operation.operand(1), product.right(), product.rightInner(), context);
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), left, right)));
  }

  private Value rotated(Value operand, StoredOperand source, int axis, RewriteContext context) {
    Value rotated = context.builder().add(new Hadamard(axis, size, seed), source.stored());
    return source.toOperand(rotated, operand.tensorType().format(), context.builder());
  }
}
