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
 * Layer normalisation over the last axis: {@code (x - mean) / sqrt(variance + epsilon) * gamma + beta}. Operands: x,
 * gamma, beta; gamma and beta have the last extent.
 *
 * @param epsilon added to the variance
 */
@OpInfo(
    name = "layer_norm",
    summary = "normalisation of the last axis to mean 0 and variance 1, then scale and shift",
    rounding = "as its parts, computed in f32, the variance from centred values")
public record LayerNorm(double epsilon) implements CompositeOp {
  public LayerNorm {
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException("epsilon is at least 0, not " + epsilon);
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 3);
    TensorType x = expectFloat(operands.getFirst());
    expectAxis(-1, x.rank());
    TensorType parameter = x.withShape(Shape.of(x.shape().last()));
    for (TensorType operand : operands.subList(1, 3)) {
      if (!operand.equals(parameter)) {
        throw new TypeRuleException("gamma and beta of layer_norm have type " + parameter + ", not " + operand);
      }
    }
    return x;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.get(0).elements();
    double[] gamma = operands.get(1).elements();
    double[] beta = operands.get(2).elements();
    double[] y = new double[x.length];
    int columns = gamma.length;
    Parallel.rows(columns == 0 ? 0 : x.length / columns, row -> {
      int from = row * columns;
      double mean = 0;
      for (int i = 0; i < columns; i++) {
        mean += x[from + i];
      }
      mean /= columns;
      double variance = 0;
      for (int i = 0; i < columns; i++) {
        variance += (x[from + i] - mean) * (x[from + i] - mean);
      }
      double scale = 1 / Math.sqrt(variance / columns + epsilon);
      for (int i = 0; i < columns; i++) {
        y[from + i] = (x[from + i] - mean) * scale * gamma[i] + beta[i];
      }
    });
    return Tensor.of(result, y);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened x = Widened.of(builder, operands.get(0));
    Value gamma = Widened.of(builder, operands.get(1)).wide();
    Value beta = Widened.of(builder, operands.get(2)).wide();
    ImmutableList<Integer> last = ImmutableList.of(x.wide().tensorType().rank() - 1);
    Value centred = builder.add(new Sub(), x.wide(), builder.add(new ReduceMean(last, true), x.wide()));
    Value variance = builder.add(new ReduceMean(last, true), builder.add(new Mul(), centred, centred));
    Value shift = builder.add(Constant.splat(epsilon, TensorType.scalar(x.wide().tensorType().format())));
    Value scale = builder.add(new Rsqrt(), builder.add(new Add(), variance, shift));
    Value normal = builder.add(new Mul(), centred, scale);
    Value result = builder.add(new Add(), builder.add(new Mul(), normal, gamma), beta);
    return x.narrow(builder, result);
  }
}
