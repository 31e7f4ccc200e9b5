package nibble.ir.op;

import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/** The logistic function. */
@OpInfo(
    name = "sigmoid",
    summary = "1 / (1 + exp(-x))",
    rounding = "as its parts, computed in f32: neg, exp, add, reciprocal")
public record Sigmoid() implements CompositeOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectFloat(operands.getFirst());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    return Tensor.generate(result, i -> 1 / (1 + Math.exp(-x[i])));
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.getFirst());
    return x.narrow(builder, of(builder, x.wide()));
  }

  /**
   * As its parts; but where exp(-x) may leave the range of f32, to infinity and its reciprocal to 0, what is known of
   * the parts bounds the result as well.
   */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] error = CompositeOp.super.error(operands, result, model);
    for (int i = 0; i < error.length; i++) {
      if (!Double.isFinite(error[i])) {
        double most = operands.getFirst().exact().elements()[i] + operands.getFirst().error()[i];
        error[i] = ElementError.stored(result.elements()[i], tail(most, model), result.type().format(), model);
      }
    }
    return error;
  }

  /** Bound of the kernel's and the exact result for an argument of at most that. */
  static double tail(double most, ErrorModel model) {
    // At -64 exp is in range, and at least half of what it should be where the model promises that; farther out it only
    // grows.
    double exp = Math.exp(64);
    boolean far = most <= -64 && model.function("exp", 64, exp) < exp / 2;
    return far ? 4 / exp : Double.POSITIVE_INFINITY;
  }

  /** The parts, for an operand that is as wide as they are computed. */
  static Value of(BlockBuilder builder, Value x) {
    Value one = builder.add(Constant.splat(1, TensorType.scalar(x.tensorType().format())));
    Value exp = builder.add(new Exp(), builder.add(new Neg(), x));
    return builder.add(new Reciprocal(), builder.add(new Add(), exp, one));
  }
}
