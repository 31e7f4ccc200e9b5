package nibble.ir.op;

import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;

/**
 * The Gaussian error linear unit ("Gaussian Error Linear Units (GELUs)").
 *
 * @param kind the exact form or the one with tanh
 */
@OpInfo(
    name = "gelu",
    summary = "x times the normal distribution function of x",
    rounding = "as its parts, computed in f32")
public record Gelu(Kind kind) implements CompositeOp {
  private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double TANH_CUBIC = 0.044715;

  /** The two forms in use. */
  public enum Kind {
    /** {@code x/2 erfc(-x / sqrt 2)}, which is {@code x/2 (1 + erf(x / sqrt 2))} without its cancellation. */
    ERF,
    /** {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
    TANH
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectFloat(operands.getFirst());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    return Tensor.generate(result, i -> 0.5 * x[i] * twice(x[i]));
  }

  /** Twice the normal distribution function, or the form with tanh. */
  private double twice(double x) {
    return switch (kind) {
      case ERF -> Erf.erfc(-x * Math.sqrt(0.5));
      case TANH -> 1 + Math.tanh(TANH_SCALE * (x + TANH_CUBIC * x * x * x));
    };
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened operand = Widened.of(builder, operands.getFirst());
    Value x = operand.wide();
    Value half = builder.add(new Mul(), x, scalar(builder, x, 0.5));
    Value twice = switch (kind) {
      case ERF -> builder.add(new Erfc(), builder.add(new Mul(), x, scalar(builder, x, -Math.sqrt(0.5))));
      case TANH -> {
        Value cube = builder.add(new Mul(), builder.add(new Mul(), x, x), x);
        Value cubic = builder.add(new Mul(), cube, scalar(builder, x, TANH_CUBIC));
        Value sum = builder.add(new Add(), x, cubic);
        Value tanh = builder.add(new Tanh(), builder.add(new Mul(), sum, scalar(builder, x, TANH_SCALE)));
        yield builder.add(new Add(), tanh, scalar(builder, x, 1));
      }
    };
    return operand.narrow(builder, builder.add(new Mul(), half, twice));
  }

  private static Value scalar(BlockBuilder builder, Value like, double value) {
    return builder.add(Constant.splat(value, TensorType.scalar(like.tensorType().format())));
  }
}
