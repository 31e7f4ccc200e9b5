package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.And;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Or;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Takes the operand itself where both operands of a choice are one value.
 *
 * <pre>
 * %1 = maximum %x, %x    =&gt;
 * return %1                  return %x
 * </pre>
 */
public record RemoveEqualOperands() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Op op = operation.op();
    boolean choice = op instanceof Maximum || op instanceof Minimum || op instanceof And || op instanceof Or;
    return choice && operation.operand(0).equals(operation.operand(1))
        ? Optional.of(ImmutableList.of(operation.operand(0)))
        : Optional.empty();
  }
}
