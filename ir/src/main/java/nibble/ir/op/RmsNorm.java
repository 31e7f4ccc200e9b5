package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Shape;

/**
 * Root-mean-square normalisation over the last axis: {@code x / sqrt(mean(x^2) + epsilon) * gamma} ("Root Mean Square
 * Layer Normalization"). Operands: x and gamma, which has the last extent.
 *
 * @param epsilon added to the mean square
 */
@OpInfo(
    name = "rms_norm",
    summary = "normalisation of the last axis to mean square 1, then scale",
    rounding = "as its parts, computed in f32")
public record RmsNorm(double epsilon) implements CompositeOp {
  public RmsNorm {
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException("epsilon is at least 0, not " + epsilon);
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 2);
    TensorType x = expectFloat(operands.getFirst());
    expectAxis(-1, x.rank());
    TensorType parameter = x.withShape(Shape.of(x.shape().last()));
    if (!operands.get(1).equals(parameter)) {
      throw new TypeRuleException("gamma of rms_norm has type " + parameter + ", not " + operands.get(1));
    }
    return x;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.get(0).elements();
    double[] gamma = operands.get(1).elements();
    double[] y = new double[x.length];
    int columns = gamma.length;
    Parallel.rows(columns == 0 ? 0 : x.length / columns, row -> {
      int from = row * columns;
      double square = 0;
      for (int i = 0; i < columns; i++) {
        square += x[from + i] * x[from + i];
      }
      double scale = 1 / Math.sqrt(square / columns + epsilon);
      for (int i = 0; i < columns; i++) {
        y[from + i] = x[from + i] * scale * gamma[i];
      }
    });
    return Tensor.of(result, y);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.get(0));
    Value gamma = Widened.of(builder, operands.get(1)).wide();
    ImmutableList<Integer> last = ImmutableList.of(x.wide().tensorType().rank() - 1);
    Value square = builder.add(new ReduceMean(last, true), builder.add(new Mul(), x.wide(), x.wide()));
    Value shift = builder.add(Constant.splat(epsilon, TensorType.scalar(x.wide().tensorType().format())));
    Value scale = builder.add(new Rsqrt(), builder.add(new Add(), square, shift));
    return x.narrow(builder, builder.add(new Mul(), builder.add(new Mul(), x.wide(), scale), gamma));
  }
}
