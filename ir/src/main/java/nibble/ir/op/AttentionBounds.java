package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;

/**
 * Bounds of the error of attention, for kernels that compute it as its parts and for those that go over the keys in
 * steps and rescale what they have whenever the largest score grows ("FlashAttention-2", algorithm 1).
 *
 * <p>With {@code p_j = exp(s_j - max)}, which the kernel computes as {@code p'_j} up to a factor that all of a row
 * share, whatever number it subtracts, and {@code o = sum p_j v_j / sum p_j},
 *
 * <pre>
 * sum p'_j v_j / sum p'_j - o = sum (p'_j - p_j) (v_j - o) / sum p'_j
 * </pre>
 *
 * <p>since {@code sum p_j (v_j - o)} is zero. What is the same error for numerator and denominator therefore counts by
 * the distance of values from the result; the rounding of weights, the sums and the values' own errors count in full.
 */
final class AttentionBounds {
  /** Keys that a kernel handles between two rescalings, at least. */
  private static final int STEP = 16;
  private static final double UNIT = 0x1p-24;
  /** What kernels may add to sums of products of bytes, so that these are numbers of f32 as they are. */
  private static final double ORIGIN = 0x1.8p23;

  private final Attention op;
  private final ErrorModel model;
  private final AttentionRows rows;
  private final List<Approximate> operands;
  private final double[] queries;
  private final double[] keys;
  private final double[] values;
  private final double[] queryScales;
  private final double[] keyScales;
  private final NumberFormat weightFormat;
  private final int depth;
  /** Errors for each unit of the sum of the magnitudes of products. */
  private final double scoreUnit;
  private final double valueUnit;
  private final double steps;
  private final boolean exactOperands;
  private final boolean knowsBlocks;
  private final FilteredBlocks filtered;

  AttentionBounds(Attention op, List<Approximate> operands, ErrorModel model) {
    this.op = op;
    this.model = model;
    this.operands = operands;
    this.rows = new AttentionRows(op, operands.stream().map(Approximate::exact).toList());
    TensorType q = operands.get(0).exact().type();
    TensorType k = operands.get(1).exact().type();
    TensorType v = operands.get(2).exact().type();
    this.depth = Math.toIntExact(q.shape().last().constant());
    this.weightFormat = v.format();
    this.queries = magnitudes(operands.get(0));
    this.keys = magnitudes(operands.get(1));
    this.values = magnitudes(operands.get(2));
    this.queryScales = byteScales(operands.get(0).exact());
    this.keyScales = byteScales(operands.get(1).exact());
    int count = rows.keyCount();
    this.scoreUnit = model.dot(q, k, depth) + ErrorModel.gamma(depth + 2, 0x1p-53);
    TensorType weights = TensorType.of(Shape.of(1, count), weightFormat);
    this.valueUnit = model.dot(weights, v, count) + ErrorModel.gamma(count + 2, 0x1p-53);
    this.steps = Math.ceilDiv(count, STEP);
    this.knowsBlocks = Stream.concat(op.selection(operands).stream(), op.lengths(operands).stream())
        .allMatch(Approximate::isExact);
    this.exactOperands = operands.get(0).isExact() && operands.get(1).isExact();
    this.filtered = FilteredBlocks.of(op, rows, rows::scores, this::filterMargin);
  }

  /** Whether the value of a key has a part in the result of a row, if that is certain. */
  FilteredBlocks.Part filtered(int row, int key) {
    return filtered.of(row, key);
  }

  /** What a filter compares has the errors of scores, and those of the difference and of the filter itself. */
  double[] filterMargin(int row, double[] scores) {
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    if (max == Double.NEGATIVE_INFINITY) {
      return new double[scores.length];
    }
    double[] off = scoreErrors(row, scores, rows.products(queries, keys, row), max);
    double own = 4 * model.arithmetic(Math.abs(op.filter().orElseThrow()));
    return Arrays.stream(off).map(error -> error + own).toArray();
  }

  /** Magnitudes that operands of the kernel may have, as tensor cores align them: see {@link MatMul#error}. */
  private static double[] magnitudes(Approximate operand) {
    double[] exact = operand.exact().values();
    double[] magnitudes = new double[exact.length];
    // Products of integers are exact, those of zero too.
    double least = operand.exact().type().isScaled() ? 0 : operand.exact().type().format().leastNormal();
    Arrays.setAll(magnitudes, i -> raised(Math.abs(exact[i]) + operand.error()[i], least));
    return magnitudes;
  }

  /** The largest scale of each row of codes of eight bits; nothing where there are none. */
  private static double[] byteScales(Tensor operand) {
    TensorType type = operand.type();
    if (!type.isScaled() || !type.format().equals(Formats.I8)) {
      return new double[0];
    }
    int columns = operand.extents()[operand.extents().length - 1];
    double[] scales = operand.scales();
    double[] ofRows = new double[columns == 0 ? 0 : operand.size() / columns];
    Tensor.ScaleGrid.of(type).forEachRun((from, to, box) -> {
      for (int row = from / columns; row * columns < to; row++) {
        ofRows[row] = Math.max(ofRows[row], Math.abs(scales[box]));
      }
    });
    return ofRows;
  }

  private static double raised(double magnitude, double least) {
    return magnitude == 0 ? Float.MIN_NORMAL : Math.max(least, magnitude);
  }

  double[] error(Tensor result) {
    int width = Math.toIntExact(result.type().shape().last().constant());
    double[] error = new double[result.size()];
    Parallel.rows(width == 0 ? 0 : error.length / width, row -> row(row, width, result.elements(), error));
    return error;
  }

  private void row(int row, int width, double[] result, double[] error) {
    double[] scores = rows.scores(row);
    double[] products = rows.products(queries, keys, row);
    if (!areFinite(row, products)) {
      Arrays.fill(error, row * width, (row + 1) * width, Double.POSITIVE_INFINITY);
      return;
    }
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    if (max == Double.NEGATIVE_INFINITY) {
      // Nothing is seen, but kernels multiply values by zero.
      Arrays.fill(error, row * width, (row + 1) * width, areFinite(row, width) ? 0 : Double.POSITIVE_INFINITY);
      return;
    }
    Weights weights = weights(row, scores, scoreErrors(row, scores, products, max), max);
    for (int column = 0; column < width; column++) {
      int at = row * width + column;
      error[at] = weights.least() > 0
          ? element(row, column, width, result[at], weights.exact, weights.computed, weights.unit,
              weights.sum + weights.off) / weights.least()
          : Double.POSITIVE_INFINITY;
      error[at] = finished(result[at], error[at]);
    }
  }

  /**
   * Exponentials of scores less the largest, what they may be off by, and their sums.
   *
   * @param unit the error of adding them, for each unit of the sum
   */
  private record Weights(double[] exact, double[] computed, double sum, double off, double unit) {
    /** The least sum that a kernel may find. */
    double least() {
      return (sum - off) * (1 - unit);
    }
  }

  private Weights weights(int row, double[] scores, double[] off, double max) {
    double[] exact = new double[scores.length];
    double[] computed = new double[scores.length];
    double rescaled = steps * (relative(model.function("exp", 0, 1)) + 2 * UNIT);
    for (int key = 0; key < scores.length; key++) {
      exact[key] = Math.exp(scores[key] - max);
      computed[key] = exact[key] == 0 && scores[key] == Double.NEGATIVE_INFINITY
          ? 0
          : weightError(
              exact[key], max - scores[key], off[key] + exponentError(row, key, max, max - scores[key]), rescaled);
    }
    return new Weights(
        exact, computed, Arrays.stream(exact).sum(), Arrays.stream(computed).sum(),
        model.sum(scores.length) + ErrorModel.gamma(scores.length, 0x1p-53));
  }

  /**
   * Of logarithms of the sums of exponentials. Whatever number is subtracted from scores is added again, and so does
   * not count; what is left are errors of the sum, of its logarithm, and the roundings of both terms.
   */
  double[] logarithmError(Tensor result) {
    double[] error = new double[result.size()];
    Parallel.rows(error.length, row -> error[row] = logarithmError(row, result.elements()[row]));
    return error;
  }

  private double logarithmError(int row, double result) {
    double[] scores = rows.scores(row);
    double[] products = rows.products(queries, keys, row);
    if (!areFinite(row, products)) {
      return Double.POSITIVE_INFINITY;
    }
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    if (max == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    Weights weights = weights(row, scores, scoreErrors(row, scores, products, max), max);
    if (!(weights.least() > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    double most = (weights.sum + weights.off) * (1 + weights.unit);
    double sums = Math.log(most / weights.least());
    // A score that fills has a rounding of its own, also where all are that one.
    double filled = 3 * model.arithmetic(Math.abs(op.fill().orElse(0.0)));
    double magnitude = Math.abs(max) + Math.abs(result) + sums + filled;
    boolean overflows = Math.max(magnitude, Math.abs(op.fill().orElse(0.0))) > Float.MAX_VALUE / 2;
    double error = sums + model.function("log", most, Math.log(most)) + 4 * model.arithmetic(magnitude)
        + (max == op.fill().orElse(Double.NaN) ? filled : 0);
    return overflows || Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }

  private double maskError(int row, int key) {
    Optional<Approximate> numbers = op.added(operands).or(() -> op.mask(operands));
    return rows.numbers().map(mask -> numbers.orElseThrow().error()[mask.index(row, key)]).orElse(0.0);
  }

  private double truthError(int row, int key) {
    return rows.truths().map(mask -> op.mask(operands).orElseThrow().error()[mask.index(row, key)]).orElse(0.0);
  }

  /**
   * Whether it is known which keys the query sees, and all products that count are numbers in f32; masks may be
   * negative infinity for all that.
   */
  boolean areFinite(int row, double[] products) {
    for (int key = 0; key < products.length; key++) {
      if (!knowsBlocks) {
        return false;
      }
      if (!rows.selects(row, key)) {
        continue;
      }
      double bias = rows.bias(row, key);
      boolean isNumber = Math.abs(op.scale()) * products[key] <= Float.MAX_VALUE && products[key] <= Float.MAX_VALUE
          && (Math.abs(bias) <= Float.MAX_VALUE || bias == Double.NEGATIVE_INFINITY);
      if (rows.sees(row, key) && !isNumber || truthError(row, key) > 0) {
        return false;
      }
    }
    return true;
  }

  private boolean areFinite(int row, int width) {
    int first = rows.firstKey(row) * width;
    return Arrays.stream(values, first, first + rows.keyCount() * width).allMatch(Double::isFinite);
  }

  /** Division by the sum, and storing. */
  double finished(double result, double error) {
    double magnitude = Math.abs(result) + error;
    double divided = Math.max(
        model.function("div", 1, magnitude),
        magnitude * model.function("reciprocal", 1, 1) + model.arithmetic(magnitude));
    double computed = error + divided;
    double stored = computed + model.store(op.to(), Math.abs(result) + computed);
    return Double.isNaN(stored) ? Double.POSITIVE_INFINITY : stored;
  }

  private static double relative(double error) {
    return error < 1 ? error / (1 - error) : Double.POSITIVE_INFINITY;
  }

  /** Error of a numerator, not yet divided by the sum. */
  private double element(
      int row, int column, int width, double result, double[] exact, double[] computed, double sumUnit, double sum) {
    double[] value = operands.get(2).exact().elements();
    double[] valueError = operands.get(2).error();
    double total = 0;
    double products = 0;
    int first = rows.firstKey(row);
    for (int key = 0; key < exact.length; key++) {
      int at = (first + key) * width + column;
      double weight = exact[key] + computed[key];
      // Weights are rounded before they are divided by the sum, or after; what is subnormal after loses most.
      double rounding = weight == 0 ? 0 : Math.max(
          model.store(weightFormat, weight), sum * model.store(weightFormat, weight / sum));
      FilteredBlocks.Part part = filtered.of(row, key);
      if (part == FilteredBlocks.Part.LEFT) {
        // As if the value were zero, of which nothing is rounded.
        total += computed[key] * Math.abs(result);
        continue;
      }
      boolean mayFlip = part == FilteredBlocks.Part.UNCERTAIN;
      double distance = Math.abs(value[at] - result);
      total += computed[key] * (mayFlip ? Math.max(distance, Math.abs(result)) : distance) + weight * valueError[at]
          + rounding * values[at] + (mayFlip ? weight * Math.abs(value[at]) : 0);
      products += raised(weight + rounding, weightFormat.leastNormal()) * values[at];
    }
    double underflow = (exact.length + 1) * Float.MIN_VALUE * 2 + steps * Float.MIN_NORMAL;
    return total + (valueUnit + 2 * steps * UNIT) * products + Math.abs(result) * sumUnit * sum + underflow;
  }

  /** The error of an exponential: that of its argument, its own, and that of later rescalings. */
  private double weightError(double exact, double distance, double off, double rescaled) {
    // A score that fills may be so low that its own rounding is large, and its weight zero for all that.
    double grown = exact > 0 ? exact * Math.expm1(off) : Math.exp(off - distance);
    double most = exact + grown;
    double function = model.function("exp", distance + off, most);
    return grown + function + (most + function) * rescaled + Float.MIN_NORMAL;
  }

  /**
   * What the exponent of a weight may be off by besides: sums of products of bytes have an origin, which is subtracted
   * with the largest score so far, times the scales of both, and that is one number of f32.
   *
   * @param distance from the largest score
   */
  double exponentError(int row, int key, double largest, double distance) {
    if (queryScales.length == 0 || keyScales.length == 0) {
      return 0;
    }
    double scale = Math.abs(op.scale()) * queryScales[row] * keyScales[rows.firstKey(row) + key];
    double magnitude = ORIGIN * scale + Math.abs(largest) + distance;
    // In units of a power of two, whose logarithm of e is less than 2.
    // Scales are never less than a normal number.
    return magnitude <= Float.MAX_VALUE / 4
        ? 2 * model.arithmetic(magnitude) + ORIGIN * Float.MIN_NORMAL : Double.POSITIVE_INFINITY;
  }

  /** Errors of the scores of a row, and of what is subtracted from them. */
  double[] scoreErrors(int row, double[] scores, double[] products, double max) {
    double[] inherited = new double[products.length];
    if (!exactOperands) {
      double[] left = rows.products(operands.get(0).error(), keys, row);
      double[] right = rows.products(queries, operands.get(1).error(), row);
      Arrays.setAll(inherited, key -> left[key] + right[key]);
    }
    double[] off = new double[products.length];
    if (IntStream.range(0, off.length).noneMatch(key -> rows.selects(row, key) && rows.sees(row, key))) {
      // All scores are the one that fills, whatever that is when it is rounded.
      return off;
    }
    for (int key = 0; key < off.length; key++) {
      double maskError = maskError(row, key);
      double distance = scores[key] == Double.NEGATIVE_INFINITY ? 0 : max - scores[key];
      if (!rows.selects(row, key)) {
        off[key] = 0;
      } else if (!rows.sees(row, key)) {
        off[key] = 3 * model.arithmetic(Math.abs(op.fill().orElse(0.0))) + 2 * model.arithmetic(distance);
      } else if (scores[key] == Double.NEGATIVE_INFINITY && maskError == 0) {
        off[key] = 0;
      } else {
        off[key] = scoreError(products[key], inherited[key], rows.bias(row, key), maskError, distance);
      }
    }
    return off;
  }

  /**
   * The sum of products, and at most four roundings of it: of the scale, of its product with the base-2 logarithm of e,
   * and of two products. Then those of the mask, of the sum of both, and of the difference from the largest score.
   */
  private double scoreError(double products, double inherited, double bias, double biasError, double distance) {
    double scale = Math.abs(op.scale());
    double sums = scale * (inherited + scoreUnit * products + (depth + 1) * Float.MIN_VALUE * 2);
    double magnitude = scale * products + sums;
    double mask = Math.abs(bias) + biasError;
    double error = sums + 4 * model.arithmetic(magnitude) + biasError + 3 * model.arithmetic(mask)
        + 2 * model.arithmetic(magnitude + mask);
    return error + 2 * model.arithmetic(distance + error);
  }
}
