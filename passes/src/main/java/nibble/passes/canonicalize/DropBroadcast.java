package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.MatMul;
import nibble.ir.op.Select;
import nibble.ir.op.TensorOp;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.rewrite.RewriteContext.Match;

/**
 * Drops a broadcast before an op that broadcasts itself, where the result keeps its shape.
 *
 * <pre>
 * %1 = broadcast %bias {shape = [2,4]}    =&gt;  %3 = add %x, %bias
 * %2 = add %x, %1
 * </pre>
 */
public record DropBroadcast() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof TensorOp op)
        || !(op instanceof BinaryOp || op instanceof Select || op instanceof MatMul)) {
      return Optional.empty();
    }
    for (int i = 0; i < operation.operands().size(); i++) {
      Optional<Match<BroadcastTo>> broadcast = context.match(operation.operand(i), BroadcastTo.class);
      if (broadcast.isPresent()) {
        List<Value> operands = new ArrayList<>(operation.operands());
        operands.set(i, broadcast.get().operand(0));
        if (gives(op, operands, operation.result())) {
          return Optional.of(context.builder().add(op, operands, List.of()).results());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean gives(TensorOp op, List<Value> operands, Value result) {
    try {
      return op.infer(operands.stream().map(Value::tensorType).toList()).equals(result.type());
    } catch (TypeRuleException e) {
      // The op needs the extent that the broadcast gave, as a matrix product does along its inner axis.
      return false;
    }
  }
}
