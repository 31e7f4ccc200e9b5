package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Concat;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Removes a view that moves nothing: a reshape or broadcast to the same shape, a transpose that leaves each axis, a
 * slice of the whole, the concatenation of one tensor.
 *
 * <pre>
 * %1 = reshape %x {shape = [2,3]} : tensor&lt;[2,3] x f32&gt;    =&gt;
 * return %1                                                     return %x
 * </pre>
 */
public record RemoveIdentityView() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean moves = !isIdentity(operation.op()) || !operation.operand(0).type().equals(operation.result().type());
    return moves ? Optional.empty() : Optional.of(ImmutableList.of(operation.operand(0)));
  }

  /** Whether the op moves nothing, provided that operand and result have one type. */
  private static boolean isIdentity(Op op) {
    return switch (op) {
      case Reshape reshape -> true;
      case BroadcastTo broadcast -> true;
      case Concat concat -> true;
      case Slice slice -> slice.from().is(0) && slice.step() == 1;
      case Transpose transpose -> IntStream.range(0, transpose.axes().size())
          .allMatch(axis -> transpose.axes().get(axis) == axis);
      default -> false;
    };
  }
}
