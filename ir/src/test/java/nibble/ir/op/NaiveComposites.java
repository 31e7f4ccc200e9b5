package nibble.ir.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.DoubleModel;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/** Composite ops by their formulas, with the running bound of f64 arithmetic as the tolerance. */
final class NaiveComposites {
  private NaiveComposites() {}

  static NaiveOps.Expected eval(CompositeOp op, List<Tensor> operands, TensorType result) {
    Tensor x = operands.getFirst();
    double[] values = switch (op) {
      case Sigmoid sigmoid -> map(x, NaiveComposites::sigmoid);
      case Silu silu -> map(x, t -> t * sigmoid(t));
      case Gelu gelu -> map(x, t -> switch (gelu.kind()) {
        case ERF -> t / 2 * Erf.erfc(-t / Math.sqrt(2));
        case TANH -> t / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (t + 0.044715 * Math.pow(t, 3))));
      });
      case Softmax softmax -> rows(x, row -> {
        double largest = DoubleStream.of(row).max().orElseThrow();
        double sum = DoubleStream.of(row).map(t -> Math.exp(t - largest)).sum();
        return DoubleStream.of(row).map(t -> Math.exp(t - largest) / sum).toArray();
      });
      case LayerNorm norm -> rows(x, row -> {
        double mean = DoubleStream.of(row).average().orElseThrow();
        double variance = DoubleStream.of(row).map(t -> (t - mean) * (t - mean)).average().orElseThrow();
        double[] y = new double[row.length];
        for (int i = 0; i < row.length; i++) {
          y[i] = (row[i] - mean) / Math.sqrt(variance + norm.epsilon()) * operands.get(1).elements()[i]
              + operands.get(2).elements()[i];
        }
        return y;
      });
      case RmsNorm norm -> rows(x, row -> {
        double square = DoubleStream.of(row).map(t -> t * t).average().orElseThrow();
        double[] y = new double[row.length];
        for (int i = 0; i < row.length; i++) {
          y[i] = row[i] / Math.sqrt(square + norm.epsilon()) * operands.get(1).elements()[i];
        }
        return y;
      });
      case GatedSum sum -> NaiveExperts.sum(operands.get(0), operands.get(1), result);
      case AttentionLse lse -> NaiveAttention.logarithms(
          attention(lse), withValues(operands), Tensor.generate(result, i -> 0));
      case Attention attention -> NaiveAttention.eval(attention, operands, Tensor.generate(result, i -> 0));
      default -> throw new IllegalArgumentException(op.name());
    };
    // The formula, the op and its parts may all be so far from what is exact.
    double[] bound = parts(op, operands).error();
    return new NaiveOps.Expected(values, DoubleStream.of(bound).map(error -> 2 * error).toArray());
  }

  /** What the parts of an op give, with the bound of f64 arithmetic. */
  static Approximate parts(CompositeOp op, List<Tensor> operands) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = operands.stream().map(operand -> builder.argument(operand.type())).toList();
    Block body = builder.build(op.decompose(builder, arguments));
    List<Approximate> given = operands.stream().map(Approximate::given).toList();
    return new RunningBounds(new DoubleModel()).run(body, given).getFirst();
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double[] map(Tensor x, DoubleUnaryOperator function) {
    return DoubleStream.of(x.elements()).map(function).toArray();
  }

  /** Computes a row of the last axis. */
  private interface Row {
    double[] of(double[] row);
  }

  private static double[] rows(Tensor x, Row function) {
    int columns = x.extents()[x.extents().length - 1];
    double[] y = new double[x.size()];
    for (int from = 0; from < y.length; from += columns) {
      System.arraycopy(function.of(Arrays.copyOfRange(x.elements(), from, from + columns)), 0, y, from, columns);
    }
    return y;
  }

  private static Attention attention(AttentionLse lse) {
    return new Attention(
        lse.scale(), lse.causal(), lse.window(), lse.fill(), Optional.empty(), lse.blocks(), lse.lengths(),
        Formats.F32);
  }

  private static List<Tensor> withValues(List<Tensor> operands) {
    List<Tensor> all = new ArrayList<>(operands);
    all.add(2, operands.get(1));
    return all;
  }
}
