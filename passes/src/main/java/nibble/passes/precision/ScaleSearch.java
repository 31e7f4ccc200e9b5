package nibble.passes.precision;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;

/**
 * Scales of a tensor whose numbers are known: those of the largest magnitudes, or of the ranges that lose least.
 *
 * @param quantize what the scales are for
 * @param ranges of the boxes, plain f32
 * @param outer the scales of the scales, where they have some: those of the largest magnitudes
 */
record ScaleSearch(Quantize quantize, Tensor ranges, Optional<Tensor> outer) {
  private static final int STEPS = 64;

  /** By the largest magnitude of each box. */
  static ScaleSearch largest(Quantize quantize, Tensor exact) {
    ScaleLayout layout = quantize.result().scale().orElseThrow();
    Amax amax = new Amax(layout.granularity());
    TensorType type = TensorType.of(quantize.result().scaleType().shape(), Formats.F32);
    Tensor ranges = amax.eval(List.of(exact), amax.infer(List.of(exact.type())));
    ScaleSearch largest =
        new ScaleSearch(quantize, Tensor.of(type, ranges.elements()).rounded(), Optional.empty());
    return layout.outer().isEmpty()
        ? largest : new ScaleSearch(quantize, largest.ranges, largest.scales().scaleTensor());
  }

  /** What makes scales of the ranges. */
  Scales op() {
    return new Scales(
        quantize.result().format(), quantize.result().scale().orElseThrow().rule(), quantize.result().scaleType());
  }

  /** The scales of the ranges. */
  Tensor scales() {
    return scales(ranges);
  }

  private Tensor scales(Tensor of) {
    return op().eval(outer.map(known -> List.of(of, known)).orElse(List.of(of)), quantize.result().scaleType());
  }

  /**
   * The same with ranges of least squared error: of {@code range k / 64} for k down to 16, of each box. Of scales of
   * few bits, such as powers of two, several ranges have the same.
   *
   * @param exact the tensor
   * @param importance what the square of the error of an element is multiplied with
   */
  ScaleSearch leastSquares(Tensor exact, double[] importance) {
    ScaleGrid grid = ScaleGrid.of(quantize.result());
    int boxes = grid.boxes();
    double[] best = ranges.elements().clone();
    double[] least = new double[boxes];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    double[] last = new double[boxes];
    for (int k = STEPS; k >= STEPS / 4; k--) {
      double share = (double) k / STEPS;
      double[] shrunk = Arrays.stream(ranges.elements()).map(range -> range * share).toArray();
      Tensor candidate = ranges.withElements(shrunk).rounded();
      double[] scales = scales(candidate).values();
      double[] loss = losses(exact.elements(), scales, last, grid, importance);
      for (int box = 0; box < boxes; box++) {
        if (scales[box] != last[box] && loss[box] < least[box]) {
          least[box] = loss[box];
          best[box] = candidate.elements()[box];
        }
      }
      last = scales;
    }
    return new ScaleSearch(quantize, ranges.withElements(best), outer);
  }

  /** Of boxes whose scale is another than the last one. */
  private double[] losses(double[] x, double[] scales, double[] last, ScaleGrid grid, double[] importance) {
    DoubleUnaryOperator coder = quantize.coder();
    double[] losses = new double[scales.length];
    grid.forEachRunInOrder((from, to, box) -> {
      double scale = scales[box];
      if (scale == last[box]) {
        return;
      }
      double loss = 0;
      for (int i = from; i < to; i++) {
        double error = x[i] - scale * coder.applyAsDouble(x[i] / scale);
        loss += importance[i] * error * error;
      }
      losses[box] += loss;
    });
    return losses;
  }
}
