package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;

/** The softmax over the last axis. */
@OpInfo(
    name = "softmax",
    summary = "exponentials over their sum, along the last axis",
    rounding = "as its parts, computed in f32: max, sub, exp, sum, div")
public record Softmax() implements CompositeOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    expectAxis(-1, operands.getFirst().rank());
    return expectFloat(operands.getFirst());
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    double[] y = new double[x.length];
    int columns = Math.toIntExact(result.shape().last().constant());
    Parallel.rows(columns == 0 ? 0 : x.length / columns, row -> {
      int from = row * columns;
      double max = Double.NEGATIVE_INFINITY;
      for (int i = from; i < from + columns; i++) {
        max = Math.max(max, x[i]);
      }
      double sum = 0;
      for (int i = from; i < from + columns; i++) {
        y[i] = Math.exp(x[i] - max);
        sum += y[i];
      }
      for (int i = from; i < from + columns; i++) {
        y[i] /= sum;
      }
    });
    return Tensor.of(result, y);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.getFirst());
    ImmutableList<Integer> last = ImmutableList.of(x.wide().tensorType().rank() - 1);
    Value max = builder.add(new ReduceMax(last, true), x.wide());
    Value exp = builder.add(new Exp(), builder.add(new Sub(), x.wide(), max));
    Value sum = builder.add(new ReduceSum(last, true), exp);
    return x.narrow(builder, builder.add(new Div(), exp, sum));
  }
}
