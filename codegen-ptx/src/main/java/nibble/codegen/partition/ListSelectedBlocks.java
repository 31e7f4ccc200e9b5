package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.BlockSelection;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Makes lists of the blocks that an attention selects, for the kernel to go over these and no others. Blocks in which
 * positions hide everything are not listed.
 *
 * <pre>
 * %1 = attention %q, %k, %v, %selected {blocks = [128,64]}
 * ==&gt;
 * %2 = reduce_sum of %selected up to each block
 * %3 = reduce_sum of the blocks whose turn it is
 * %1 = attention %q, %k, %v, %3 {blocks = [128,64]}
 * </pre>
 */
public final class ListSelectedBlocks implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Attention op) || op.blocks().isEmpty()
        || op.scheme().isPresent() && !operation.operand(0).tensorType().isScaled()
        || !AttentionKernel.takes(op, operation.operands())
        || !operation.operands().getLast().tensorType().format().equals(Formats.BOOL)) {
      return Optional.empty();
    }
    BlockSelection selection = new BlockSelection(
        context.builder(), op, operation.operand(0).tensorType().shape(), operation.operand(1).tensorType().shape());
    List<Value> operands = new ArrayList<>(operation.operands());
    operands.set(operands.size() - 1, selection.list(selection.visible(operands.getLast())));
    return Optional.of(ImmutableList.of(context.builder().add(op, operands.toArray(Value[]::new))));
  }
}
