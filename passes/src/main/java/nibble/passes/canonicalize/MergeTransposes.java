package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Permutes axes once instead of twice.
 *
 * <pre>
 * %1 = transpose %x {axes = [0, 2, 1]}    =&gt;  %3 = transpose %x {axes = [2, 0, 1]}
 * %2 = transpose %1 {axes = [1, 0, 2]}
 * </pre>
 */
public record MergeTransposes() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Transpose outer)) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), Transpose.class).map(inner -> {
      Transpose both = new Transpose(
          outer.axes().stream().map(inner.op().axes()::get).collect(ImmutableList.toImmutableList()));
      return ImmutableList.of(context.builder().add(both, inner.operand(0)));
    });
  }
}
