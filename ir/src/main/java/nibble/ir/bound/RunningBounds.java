package nibble.ir.bound;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.Sigmoid;
import nibble.ir.op.TensorOp;

/**
 * Evaluates the body of a kernel with the bound of every element's error.
 *
 * @param model the kernel's arithmetic
 */
public record RunningBounds(ErrorModel model) {
  /**
   * The bounds themselves are computed in f64, from terms that are not negative: n additions and a few products lose at
   * most {@code (n + 100) 2^-53} of them, which is less than this for n up to 2^22.
   */
  private static final double EVALUATION = 1 + 0x1p-30;

  /**
   * Evaluates a block of tensor ops.
   *
   * @param body a block of constant shapes, without nested regions
   * @param arguments one for each argument
   */
  public ImmutableList<Approximate> run(Block body, List<Approximate> arguments) {
    Map<Value, Approximate> values = new HashMap<>();
    Map<Value, Operation> scales = new HashMap<>();
    Map<Value, Operation> definitions = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      values.put(body.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : body.operations()) {
      if (!(operation.op() instanceof TensorOp op)) {
        throw new IllegalStateException("no error analysis goes through " + operation.op().name());
      }
      List<Approximate> operands = operation.operands().stream().map(values::get).toList();
      Operation maker = operation.operands().size() == 2 ? scales.get(operation.operand(1)) : null;
      if (op instanceof Quantize quantize && maker != null) {
        List<Approximate> made = maker.operands().stream().map(values::get).toList();
        Tensor exact = eval(op, operands, operation.result().tensorType());
        values.put(operation.result(), new Approximate(
            exact, scaled(quantize.error(operands, (Scales) maker.op(), made, exact, model))));
        continue;
      }
      Approximate applied = apply(op, operands, operation.result().tensorType());
      // The exponential of a sigmoid may be infinite, and the reciprocal is 0 all the same.
      Optional<Value> exponent = Sigmoid.exponent(operation, definitions);
      values.put(operation.result(), exponent.isEmpty() ? applied : new Approximate(
          applied.exact(), Sigmoid.partsError(values.get(exponent.get()), applied.exact(), applied.error(), model)));
      definitions.put(operation.result(), operation);
      if (op instanceof Scales) {
        scales.put(operation.result(), operation);
      }
    }
    return body.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  private Approximate apply(TensorOp op, List<Approximate> operands, TensorType type) {
    Tensor exact = eval(op, operands, type);
    return new Approximate(exact, scaled(op.error(operands, exact, model)));
  }

  private static Tensor eval(TensorOp op, List<Approximate> operands, TensorType type) {
    return op.eval(operands.stream().map(Approximate::exact).toList(), type);
  }

  private static double[] scaled(double[] error) {
    double[] scaled = new double[error.length];
    for (int i = 0; i < error.length; i++) {
      scaled[i] = error[i] * EVALUATION;
    }
    return scaled;
  }
}
