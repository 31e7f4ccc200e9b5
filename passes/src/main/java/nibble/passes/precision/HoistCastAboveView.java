package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Casts to a narrower format before a view instead of behind it, so that the producer of the viewed tensor can store it
 * narrow. Not above slices, which take a part: casting the whole for a part's sake may cost more than it saves.
 *
 * <pre>
 * %1 = transpose %x {axes = [1, 0]}    =&gt;  %3 = cast %x {to = f16}
 * %2 = cast %1 {to = f16}                  %4 = transpose %3 {axes = [1, 0]}
 * </pre>
 */
public record HoistCastAboveView() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Cast cast) || !narrows(operation.operand(0).tensorType().format(), cast.to())) {
      return Optional.empty();
    }
    return context.definition(operation.operand(0))
        .filter(view -> isWhole(view.op()))
        .map(view -> {
          Value narrow = context.builder().add(cast, view.operand(0));
          return ImmutableList.of(context.builder().at(view.location()).add(view.op(), narrow));
        });
  }

  private static boolean narrows(NumberFormat from, NumberFormat to) {
    return from.isFloat() && to.isFloat() && to.storageBits() < from.storageBits();
  }

  private static boolean isWhole(Op op) {
    return op instanceof Transpose || op instanceof Reshape || op instanceof BroadcastTo;
  }
}
