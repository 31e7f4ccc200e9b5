package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Abs;
import nibble.ir.op.Ceil;
import nibble.ir.op.Floor;
import nibble.ir.op.Neg;
import nibble.ir.op.Relu;
import nibble.ir.op.Round;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Applies once what has no further effect when applied again, and takes a magnitude without negating first.
 *
 * <pre>
 * %1 = relu %x    =&gt;  %1 = relu %x
 * %2 = relu %1
 *
 * %1 = neg %x     =&gt;  %3 = abs %x
 * %2 = abs %1
 * </pre>
 */
public record MergeIdempotents() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Op op = operation.op();
    boolean idempotent = op instanceof Relu || op instanceof Abs || op instanceof Floor || op instanceof Ceil
        || op instanceof Round;
    if (idempotent && context.match(operation.operand(0), op.getClass()).isPresent()) {
      return Optional.of(ImmutableList.of(operation.operand(0)));
    }
    boolean magnitude = op instanceof Abs && operation.result().tensorType().format().isFloat();
    return magnitude
        ? context.match(operation.operand(0), Neg.class)
            .map(neg -> ImmutableList.of(context.builder().add(op, neg.operand(0))))
        : Optional.empty();
  }
}
