package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Compresses pruned operands of matrix products as they are stored, with the axis that is summed over last.
 *
 * <pre>
 * %1 = prune %w {axis = 0, layout = sparse&lt;2:4&gt;}      =&gt;  %1 = prune %w {axis = 0, layout = sparse&lt;2:4&gt;}
 * %2 = quantize %1 : [K,N] x i8, scale&lt;axis 1, f32&gt;         %2 = transpose %1 {axes = [1, 0]}
 * %3 = matmul %x, %2                                        %3 = quantize %2 : [N,K] x i8, scale&lt;axis 0, f32&gt;
 *                                                           %4 = compress %3 {layout = sparse&lt;2:4&gt;}
 *                                                           %5 = decompress %4
 *                                                           %6 = matmul %x, %5 {transposeB = true}
 * </pre>
 *
 * @param products results of the products
 */
record CompressOperands(ImmutableSet<Value> products) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    return operation.results().stream().anyMatch(products::contains)
        ? PrunedWeight.of(operation, context::definition)
            .map(weight -> ImmutableList.of(weight.compress(context.builder())))
        : Optional.empty();
  }
}
