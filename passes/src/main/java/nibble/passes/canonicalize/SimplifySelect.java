package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalDouble;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Either;
import nibble.ir.op.Select;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Takes the branch of a select, or of an either, that is known to be taken.
 *
 * <pre>
 * %1 = constant {values = [1.0]} : tensor&lt;[] x bool&gt;    =&gt;
 * %2 = select %1, %a, %b
 * return %2                                                  return %a
 *
 * %1 = select %c, %a, %a                                 =&gt;  (a)
 * </pre>
 */
public record SimplifySelect() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Select || operation.op() instanceof Either)) {
      return Optional.empty();
    }
    Value yes = operation.operand(1);
    Value no = operation.operand(2);
    OptionalDouble condition = Splat.of(operation.operand(0), context);
    Value taken = condition.isPresent() && condition.getAsDouble() == 0 ? no : yes;
    boolean known = condition.isPresent() || yes.equals(no);
    return known && taken.type().equals(operation.result().type())
        ? Optional.of(ImmutableList.of(taken))
        : Optional.empty();
  }
}
