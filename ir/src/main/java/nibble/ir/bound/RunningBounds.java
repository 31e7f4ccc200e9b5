package nibble.ir.bound;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.op.TensorOp;

/**
 * Evaluates the body of a kernel with the bound of every element's error.
 *
 * @param model the kernel's arithmetic
 */
public record RunningBounds(ErrorModel model) {
  /**
   * Evaluates a block of tensor ops.
   *
   * @param body a block of constant shapes, without nested regions
   * @param arguments one for each argument
   */
  public ImmutableList<Approximate> run(Block body, List<Approximate> arguments) {
    Map<Value, Approximate> values = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      values.put(body.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : body.operations()) {
      if (!(operation.op() instanceof TensorOp op)) {
        throw new IllegalStateException("no error analysis goes through " + operation.op().name());
      }
      List<Approximate> operands = operation.operands().stream().map(values::get).toList();
      values.put(operation.result(), apply(op, operands, operation.result().tensorType()));
    }
    return body.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  private Approximate apply(TensorOp op, List<Approximate> operands, TensorType type) {
    Tensor exact = op.eval(operands.stream().map(Approximate::exact).toList(), type);
    return new Approximate(exact, op.error(operands, exact, model));
  }
}
