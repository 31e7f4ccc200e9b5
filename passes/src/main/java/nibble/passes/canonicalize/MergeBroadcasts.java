package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.BroadcastTo;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Broadcasts once instead of twice.
 *
 * <pre>
 * %1 = broadcast %x {shape = [1,4]}    =&gt;  %3 = broadcast %x {shape = [2,4]}
 * %2 = broadcast %1 {shape = [2,4]}
 * </pre>
 */
public record MergeBroadcasts() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof BroadcastTo outer)) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), BroadcastTo.class)
        .map(inner -> ImmutableList.of(context.builder().add(outer, inner.operand(0))));
  }
}
