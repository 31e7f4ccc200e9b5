package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Sub;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Removes the subtraction of zero; of +0 from floating-point numbers, since {@code -0 - -0} is 0 and not -0.
 *
 * <pre>
 * %1 = constant {values = [0.0]}    =&gt;
 * %2 = sub %x, %1
 * return %2                             return %x
 * </pre>
 */
public record RemoveSubtractZero() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Sub)) {
      return Optional.empty();
    }
    Value x = operation.operand(0);
    boolean integer = x.tensorType().format().isInteger();
    boolean neutral = Splat.is(operation.operand(1), 0.0, context)
        || (integer && Splat.is(operation.operand(1), -0.0, context));
    return neutral && x.type().equals(operation.result().type()) ? Optional.of(ImmutableList.of(x)) : Optional.empty();
  }
}
