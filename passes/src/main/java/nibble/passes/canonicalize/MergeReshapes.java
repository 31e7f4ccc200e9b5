package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Reshape;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Reshapes once instead of twice.
 *
 * <pre>
 * %1 = reshape %x {shape = [6]}      =&gt;  %3 = reshape %x {shape = [3,2]}
 * %2 = reshape %1 {shape = [3,2]}
 * </pre>
 */
public record MergeReshapes() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Reshape outer)) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), Reshape.class)
        .map(inner -> ImmutableList.of(context.builder().add(outer, inner.operand(0))));
  }
}
