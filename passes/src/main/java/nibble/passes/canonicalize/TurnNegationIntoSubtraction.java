package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Add;
import nibble.ir.op.Neg;
import nibble.ir.op.Sub;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.rewrite.RewriteContext.Match;

/**
 * Subtracts instead of adding a negative, and the other way round. Of floating-point numbers only, whose negation is
 * exact.
 *
 * <pre>
 * %1 = neg %y        =&gt;  %3 = sub %x, %y
 * %2 = add %x, %1
 *
 * %1 = neg %y        =&gt;  %3 = add %x, %y
 * %2 = sub %x, %1
 * </pre>
 */
public record TurnNegationIntoSubtraction() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Op op = operation.op();
    if (!(op instanceof Add || op instanceof Sub) || !operation.result().tensorType().format().isFloat()) {
      return Optional.empty();
    }
    Value left = operation.operand(0);
    Value right = operation.operand(1);
    Optional<Match<Neg>> negated = context.match(right, Neg.class);
    if (negated.isEmpty() && op instanceof Add) {
      negated = context.match(left, Neg.class);
      left = right;
    }
    Value minuend = left;
    Op other = op instanceof Add ? new Sub() : new Add();
    return negated.map(neg -> ImmutableList.of(context.builder().add(other, minuend, neg.operand(0))));
  }
}
