package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.And;
import nibble.ir.op.Constant;
import nibble.ir.op.Or;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Computes conjunctions and disjunctions with a known side.
 *
 * <pre>
 * and %x, true   =&gt;  %x        or %x, false  =&gt;  %x
 * and %x, false  =&gt;  false     or %x, true   =&gt;  true
 * </pre>
 */
public record SimplifyLogic() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean isAnd = operation.op() instanceof And;
    if (!isAnd && !(operation.op() instanceof Or)) {
      return Optional.empty();
    }
    double neutral = isAnd ? 1 : 0;
    double deciding = 1 - neutral;
    TensorType type = operation.result().tensorType();
    if (Splat.is(operation.operand(1), neutral, context) && operation.operand(0).type().equals(type)) {
      return Optional.of(ImmutableList.of(operation.operand(0)));
    }
    return Splat.is(operation.operand(1), deciding, context)
        ? Optional.of(ImmutableList.of(context.builder().add(Constant.splat(deciding, type))))
        : Optional.empty();
  }
}
