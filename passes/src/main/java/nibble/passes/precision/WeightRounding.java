package nibble.passes.precision;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import nibble.ir.TensorType;
import nibble.ir.calibration.SecondOrderRounding;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;

/**
 * How a weight matrix becomes codes when the model is compiled.
 *
 * @param options of the pass
 * @param quantize what the codes are
 * @param inner the axis of the matrix that is summed over
 * @param loss of the product, by what the sample inputs show of the activations
 */
record WeightRounding(RoundWeights options, Quantize quantize, int inner, PostQuantizationIntegral loss) {
  /**
   * What became of a weight.
   *
   * @param values those of the codes, in f32: nearest to the codes that they stand for
   * @param search the scales
   */
  record Result(Tensor values, ScaleSearch search) {}

  /**
   * Rounds a matrix.
   *
   * @param keepsZeros whether what is 0 stays 0
   * @throws IllegalArgumentException where the activations are no basis for it
   */
  Result of(Tensor exact, boolean keepsZeros) {
    ScaleSearch search = ScaleSearch.largest(quantize, exact);
    if (options.range() == RoundWeights.Range.MSE) {
      search = search.leastSquares(exact, importance(exact));
    }
    double[] scales = spread(search.scales().values(), exact.size());
    double[] weights = exact.values();
    DoubleUnaryOperator coder = quantize.coder();
    int depth = exact.extents()[inner];
    SecondOrderRounding.Codes codes = (row, column, weight) -> {
      int element = inner == 0 ? column * (weights.length / depth) + row : row * depth + column;
      return keepsZeros && weights[element] == 0 ? 0 : scales[element] * coder.applyAsDouble(weight / scales[element]);
    };
    int channels = exact.extents()[1 - inner];
    double[] rows = inner == 0 ? MatrixProduct.transpose(weights, 0, depth, channels) : weights;
    double[] byRow = round(rows, codes, depth);
    double[] rounded = inner == 0 ? MatrixProduct.transpose(byRow, 0, channels, depth) : byRow;
    return new Result(Tensor.of(TensorType.of(exact.type().shape(), Formats.F32), rounded).rounded(), search);
  }

  private double[] round(double[] rows, SecondOrderRounding.Codes codes, int depth) {
    if (options.method() == RoundWeights.Method.NEAREST) {
      double[] nearest = new double[rows.length];
      Arrays.setAll(nearest, i -> codes.nearest(i / depth, i % depth, rows[i]));
      return nearest;
    }
    SecondOrderRounding rounding = options.order() == RoundWeights.Order.LARGEST
        ? SecondOrderRounding.largestFirst(loss.gram(), depth, options.damping())
        : SecondOrderRounding.inOrder(loss.gram(), depth, options.damping());
    return rounding.round(rows, codes);
  }

  private double[] importance(Tensor exact) {
    int depth = exact.extents()[inner];
    int channels = exact.extents()[1 - inner];
    double[] importance = new double[exact.size()];
    Arrays.setAll(importance, i -> loss.gram()[(inner == 0 ? i / channels : i % depth) * (depth + 1)]);
    return importance;
  }

  /** The scale of each element. */
  private double[] spread(double[] scales, int size) {
    double[] all = new double[size];
    ScaleGrid.of(quantize.result()).forEachRun((from, to, box) -> Arrays.fill(all, from, to, scales[box]));
    return all;
  }
}
