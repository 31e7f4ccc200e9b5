package nibble.ir.op;

import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/** The sigmoid-weighted linear unit. */
@OpInfo(name = "silu", summary = "x * sigmoid(x)", rounding = "as its parts, computed in f32: sigmoid, mul")
public record Silu() implements CompositeOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectFloat(operands.getFirst());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    return Tensor.generate(result, i -> x[i] / (1 + Math.exp(-x[i])));
  }

  /**
   * As its parts; where the exponential leaves the range, x times the tail of the sigmoid, of kernel and exact value.
   */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] error = CompositeOp.super.error(operands, result, model);
    for (int i = 0; i < error.length; i++) {
      double x = operands.getFirst().exact().elements()[i];
      double inherited = operands.getFirst().error()[i];
      if (!Double.isFinite(error[i]) && Double.isFinite(x)) {
        double tail = 2 * (Math.abs(x) + inherited) * Sigmoid.tail(x + inherited, model);
        error[i] = ElementError.stored(result.elements()[i], tail, result.type().format(), model);
      }
    }
    return error;
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.getFirst());
    return x.narrow(builder, builder.add(new Mul(), x.wide(), Sigmoid.of(builder, x.wide())));
  }
}
