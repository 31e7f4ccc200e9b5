package nibble.ir.op;

import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;

/** The logistic function. */
@OpInfo(name = "sigmoid", summary = "1 / (1 + exp(-x))", rounding = "as its parts, computed in f32: neg, exp, add, reciprocal")
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

  /** The parts, for an operand that is as wide as they are computed. */
  static Value of(BlockBuilder builder, Value x) {
    Value one = builder.add(Constant.splat(1, TensorType.scalar(x.tensorType().format())));
    Value exp = builder.add(new Exp(), builder.add(new Neg(), x));
    return builder.add(new Reciprocal(), builder.add(new Add(), exp, one));
  }
}
