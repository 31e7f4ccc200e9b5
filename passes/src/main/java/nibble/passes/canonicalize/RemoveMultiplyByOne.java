package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Mul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Removes the product with one.
 *
 * <pre>
 * %1 = constant {values = [1.0]}    =&gt;
 * %2 = mul %x, %1
 * return %2                             return %x
 * </pre>
 */
public record RemoveMultiplyByOne() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Mul)) {
      return Optional.empty();
    }
    Value x = operation.operand(0);
    boolean neutral = Splat.is(operation.operand(1), 1, context);
    return neutral && x.type().equals(operation.result().type()) ? Optional.of(ImmutableList.of(x)) : Optional.empty();
  }
}
