package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.Prune;
import nibble.ir.op.Weight;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Prunes weights of matrix products where they are stored.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = prune %w {axis = 0, layout = sparse&lt;2:4&gt;}
 *                           %3 = matmul %x, %2
 * </pre>
 *
 * <p>What was pruned when the model was compiled is another weight, and {@code prune} keeps all of it: it says that the
 * weight is sparse.
 *
 * @param products what is pruned, by the results of the products
 */
record PruneOperands(ImmutableMap<Value, PrunedOperand> products) implements Rewrite {
  /**
   * A pruned weight.
   *
   * @param layout that it fits
   * @param made what it is; nothing for the weight itself
   */
  record PrunedOperand(SparseLayout layout, Optional<Weight> made) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    PrunedOperand right = operation.results().isEmpty() ? null : products.get(operation.results().getFirst());
    if (right == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    Value stored = right.made.isPresent() ? context.builder().add(right.made.get()) : product.right().stored();
    Value pruned = context.builder().add(new Prune(product.rightInner(), right.layout), stored);
    Value operand = product.right().toOperand(pruned, operation.operand(1).tensorType().format(), context.builder());
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), operation.operand(0), operand)));
  }
}
