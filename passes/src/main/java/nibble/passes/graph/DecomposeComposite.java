package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.CompositeOp;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Replaces a composite op by simpler ones.
 *
 * <pre>
 * %1 = silu %x    =&gt;  %2 = constant {values = [1.0]}
 *                     %3 = neg %x
 *                     %4 = exp %3
 *                     %5 = add %4, %2
 *                     %6 = reciprocal %5
 *                     %7 = mul %x, %6
 * </pre>
 *
 * @param ops names of ops; none for all
 */
public record DecomposeComposite(ImmutableList<String> ops) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.op() instanceof CompositeOp op && (ops.isEmpty() || ops.contains(op.name()))
        && !(op instanceof Attention attention && (attention.scheme().isPresent() || attention.filter().isPresent()))) {
      return Optional.of(ImmutableList.of(op.decompose(context.builder(), operation.operands())));
    }
    return Optional.empty();
  }
}
