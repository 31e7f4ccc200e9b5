package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.Prune;
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
 * @param products results of the products
 * @param layout that pruned weights fit
 */
record PruneOperands(ImmutableSet<Value> products, SparseLayout layout) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().stream().noneMatch(products::contains)) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    Value pruned = context.builder().add(new Prune(product.rightInner(), layout), product.right().stored());
    Value right = product.right().toOperand(pruned, operation.operand(1).tensorType().format(), context.builder());
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), operation.operand(0), right)));
  }
}
