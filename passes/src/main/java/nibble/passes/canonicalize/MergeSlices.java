package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Slice;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Slices an axis once instead of twice, where no slice skips elements.
 *
 * <pre>
 * %1 = slice %x {axis = 0, from = 2, to = 8, step = 1}    =&gt;  %3 = slice %x {axis = 0, from = 3, to = 5, step = 1}
 * %2 = slice %1 {axis = 0, from = 1, to = 3, step = 1}
 * </pre>
 */
public record MergeSlices() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Slice outer) || outer.step() != 1) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), Slice.class)
        .filter(inner -> inner.op().axis() == outer.axis() && inner.op().step() == 1)
        .map(inner -> {
          Slice both = new Slice(
              outer.axis(), inner.op().from().plus(outer.from()), inner.op().from().plus(outer.to()), 1);
          return ImmutableList.of(context.builder().add(both, inner.operand(0)));
        });
  }
}
