package nibble.ir.op;

import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
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

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.getFirst());
    return x.narrow(builder, builder.add(new Mul(), x.wide(), Sigmoid.of(builder, x.wide())));
  }
}
