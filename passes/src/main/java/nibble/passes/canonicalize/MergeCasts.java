package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Casts once where the first of two casts loses nothing.
 *
 * <pre>
 * %1 = cast %x {to = f32} : tensor&lt;[4] x f32&gt;      =&gt;  %3 = cast %x {to = bf16} : tensor&lt;[4] x bf16&gt;
 * %2 = cast %1 {to = bf16} : tensor&lt;[4] x bf16&gt;
 * </pre>
 *
 * Here x is f16, say; where it is f64 the first cast rounds, and stays.
 */
public record MergeCasts() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Cast cast)) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), Cast.class)
        .filter(inner -> Embedding.holds(inner.operand(0).tensorType().format(), inner.op().to()))
        .map(inner -> ImmutableList.of(context.builder().add(cast, inner.operand(0))));
  }
}
