package nibble.ir.op;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
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

  /** The operand of the exponential, which is the negative argument, where the reciprocal is a sigmoid's last part. */
  public static Optional<Value> exponent(Operation reciprocal, Map<Value, Operation> definitions) {
    if (!(reciprocal.op() instanceof Reciprocal)) {
      return Optional.empty();
    }
    Optional<Operation> sum = Optional.ofNullable(definitions.get(reciprocal.operand(0)))
        .filter(operation -> operation.op() instanceof Add);
    Optional<Operation> exp = sum.flatMap(add -> definedBy(add, Exp.class, definitions));
    boolean addsOne = sum.flatMap(add -> definedBy(add, Constant.class, definitions))
        .filter(one -> ((Constant) one.op()).values().stream().allMatch(value -> value == 1)).isPresent();
    return exp.filter(found -> addsOne).map(found -> found.operand(0))
        .filter(exponent -> exponent.tensorType().shape().equals(reciprocal.result().tensorType().shape()));
  }

  private static Optional<Operation> definedBy(Operation add, Class<?> op, Map<Value, Operation> definitions) {
    return add.operands().stream().flatMap(operand -> Stream.ofNullable(definitions.get(operand)))
        .filter(operation -> op.isInstance(operation.op())).findFirst();
  }

  /**
   * The bounds of the reciprocal that is the last of the parts, where the exponential may leave the range of f32.
   *
   * @param exponent what the exponential is of
   * @param result the reciprocal
   * @param error its bounds by the parts, one after the other
   */
  public static double[] partsError(Approximate exponent, Tensor result, double[] error, ErrorModel model) {
    double[] bounds = error.clone();
    for (int i = 0; i < bounds.length; i++) {
      if (!Double.isFinite(bounds[i])) {
        double most = -exponent.exact().elements()[i] + exponent.error()[i];
        bounds[i] = ElementError.stored(result.elements()[i], tail(most, model), result.type().format(), model);
      }
    }
    return bounds;
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
