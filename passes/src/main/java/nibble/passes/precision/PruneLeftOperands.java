package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.Compress;
import nibble.ir.op.Decompress;
import nibble.ir.op.Prune;
import nibble.ir.op.Reshape;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Prunes and compresses the left operands of some matrix products, as one matrix of all rows.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = reshape %x : [B*S,K]
 *                           %3 = prune %2 {axis = 1, layout = sparse&lt;2:4&gt;}
 *                           %4 = compress %3 {layout = sparse&lt;2:4&gt;}
 *                           %5 = decompress %4
 *                           %6 = reshape %5 : [B,S,K]
 *                           %7 = matmul %6, %w
 * </pre>
 *
 * @param products results of the products, whose right operands are matrices
 * @param layout of the left operands
 */
record PruneLeftOperands(ImmutableSet<Value> products, SparseLayout layout) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().stream().noneMatch(products::contains)) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value x = reshaped(builder, operation.operand(0), matrix(operation.operand(0).tensorType()).shape());
    Value pruned = builder.add(new Prune(1, layout), x);
    Value read = builder.add(new Decompress(), builder.add(new Compress(layout), pruned));
    Value left = reshaped(builder, read, operation.operand(0).tensorType().shape());
    return Optional.of(ImmutableList.of(builder.add(operation.op(), left, operation.operand(1))));
  }

  /** The type of all rows as one matrix. */
  static TensorType matrix(TensorType type) {
    Shape shape = type.shape();
    return type.withShape(Shape.of(shape.slice(0, shape.rank() - 1).size(), shape.last()));
  }

  private static Value reshaped(BlockBuilder builder, Value value, Shape shape) {
    return value.tensorType().shape().equals(shape) ? value : builder.add(new Reshape(shape), value);
  }
}
