package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Removes a cast to the format that the operand has.
 *
 * <pre>
 * %1 = cast %x {to = f32} : tensor&lt;[4] x f32&gt;    =&gt;
 * return %1                                           return %x
 * </pre>
 */
public record RemoveCast() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean same = operation.op() instanceof Cast && operation.operand(0).type().equals(operation.result().type());
    return same ? Optional.of(ImmutableList.of(operation.operand(0))) : Optional.empty();
  }
}
