package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Neg;
import nibble.ir.op.Not;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Removes two negations in a row, of numbers or of truth values.
 *
 * <pre>
 * %1 = neg %x    =&gt;
 * %2 = neg %1
 * return %2          return %x
 * </pre>
 */
public record RemoveDoubleNegation() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Op op = operation.op();
    if (!(op instanceof Neg || op instanceof Not)) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), op.getClass()).map(inner -> ImmutableList.of(inner.operand(0)));
  }
}
