package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.shape.Shape;

/**
 * Bounds of the error of a low-bit attention of codes, for kernels that go over keys in the steps of the scheme. Those
 * of scores are {@link AttentionBounds}'s. A weight lies between two numbers, and its code between theirs: that of most
 * weights is known. What is subtracted from scores is the largest so far, which has an error as well, and that does not
 * cancel, since codes depend on it.
 */
final class LowBitBounds {
  private static final double UNIT = 0x1p-24;
  /** More than log2 of the largest code of a weight. */
  private static final double OFFSET = 12;
  /** A weight is one exponential, or a product of that of its group and its own over this, rounded. */
  private static final int EXPONENTIALS = 3;
  /** Keys of an instruction, which rounds its sum where that is in f16. */
  private static final int INSTRUCTION = 32;

  private final Attention op;
  private final LowBit scheme;
  private final ErrorModel model;
  private final AttentionBounds bounds;
  private final AttentionRows rows;
  private final LowBitWeights weights;
  private final boolean areCodes;
  private double[] queries;
  private double[] keys;
  private double[] values;
  private double[] valueErrors;
  private double[] valueScales;
  private double valueUnit;
  private int keyCount;
  private int width;

  LowBitBounds(Attention op, List<Approximate> operands, ErrorModel model) {
    this.op = op;
    this.scheme = op.scheme().orElseThrow().lowBit();
    this.model = model;
    List<Tensor> exact = operands.stream().map(Approximate::exact).toList();
    this.areCodes = exact.getFirst().type().isScaled();
    this.bounds = new AttentionBounds(op, operands, model);
    this.rows = new AttentionRows(op, exact);
    this.weights = new LowBitWeights(scheme);
    if (!areCodes) {
      return;
    }
    Tensor v = exact.get(2);
    this.keyCount = rows.keyCount();
    boolean turned = v.type().isScaled();
    this.width = v.extents()[v.extents().length - (turned ? 2 : 1)];
    this.queries = magnitudes(operands.get(0));
    this.keys = magnitudes(operands.get(1));
    this.values = turned ? LowBitAttention.turned(v, v.values(), keyCount) : v.values();
    this.valueErrors = turned
        ? LowBitAttention.turned(v, operands.get(2).error(), keyCount) : operands.get(2).error();
    this.valueScales = turned ? v.scales() : new double[0];
    this.valueUnit = model.dot(weightType(v.type()), v.type(), scheme.step())
        + ErrorModel.gamma(scheme.step() + 2, 0x1p-53);
  }

  /** The type of the codes of a row of weights, in a step. */
  private TensorType weightType(TensorType values) {
    TensorType type = TensorType.of(Shape.of(1, scheme.step()), values.format());
    return values.isScaled()
        ? type.withScale(values.scaleType().format().equals(Formats.F32)
            ? new ScaleLayout(new Granularities.PerToken(), Formats.F32) : values.scale().orElseThrow())
        : type;
  }

  private static double[] magnitudes(Approximate operand) {
    double[] magnitudes = operand.exact().values().clone();
    Arrays.setAll(magnitudes, i -> Math.abs(magnitudes[i]) + operand.error()[i]);
    return magnitudes;
  }

  /** The bound of each element; infinite where quantizers are part of the op, for no kernel has it then. */
  double[] error(Tensor result) {
    double[] error = new double[result.size()];
    if (!areCodes) {
      Arrays.fill(error, Double.POSITIVE_INFINITY);
      return error;
    }
    Parallel.rows(width == 0 ? 0 : error.length / width, row -> row(row, result.elements(), error));
    return error;
  }

  private void row(int row, double[] result, double[] error) {
    double[] magnitudes = rows.products(queries, keys, row);
    double[] scores = rows.scores(row);
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    if (!bounds.areFinite(row, magnitudes)) {
      Arrays.fill(error, row * width, (row + 1) * width, Double.POSITIVE_INFINITY);
      return;
    }
    if (max == Double.NEGATIVE_INFINITY) {
      return;
    }
    new Row(row, scores, bounds.scoreErrors(row, scores, magnitudes, max)).run(result, error);
  }

  /** One query on its way over the keys. */
  private final class Row {
    private final int row;
    private final double[] scores;
    private final double[] off;
    /** Sums of magnitudes of products with codes, and errors of sums. */
    private final double[] sums = new double[width];
    private final double[] errors = new double[width];
    private double total;
    private double totalError;
    private double largest = Double.NEGATIVE_INFINITY;
    private double low = Double.NEGATIVE_INFINITY;
    private double high = Double.NEGATIVE_INFINITY;

    private Row(int row, double[] scores, double[] off) {
      this.row = row;
      this.scores = scores;
      this.off = off;
    }

    private void run(double[] result, double[] error) {
      for (int start = 0; start < keyCount; start += scheme.step()) {
        step(start, Math.min(keyCount, start + scheme.step()));
      }
      double sumUnit = model.sum(keyCount) + ErrorModel.gamma(keyCount, 0x1p-53);
      double least = (total - totalError) * (1 - sumUnit);
      for (int column = 0; column < width; column++) {
        int at = row * width + column;
        double ratio = Math.abs(result[at]);
        double numerator = errors[column] + ratio * (totalError + total * sumUnit);
        // Scales of columns of values are applied behind.
        double divided = numerator / least + 2 * model.arithmetic(ratio + numerator / least);
        error[at] = least > 0 ? bounds.finished(result[at], divided) : Double.POSITIVE_INFINITY;
      }
    }

    private void step(int start, int end) {
      double before = largest;
      double errorBefore = shiftError();
      for (int key = start; key < end; key++) {
        largest = Math.max(largest, scores[key]);
        low = Math.max(low, scores[key] - off[key]);
        high = Math.max(high, scores[key] + off[key]);
      }
      if (largest == Double.NEGATIVE_INFINITY) {
        return;
      }
      rescale(before, errorBefore + shiftError());
      double[] exact = new double[end - start];
      double[] least = new double[exact.length];
      double[] most = new double[exact.length];
      for (int i = 0; i < exact.length; i++) {
        double distance = largest - scores[start + i];
        if (distance == Double.POSITIVE_INFINITY) {
          continue;
        }
        exact[i] = weights.weight(distance);
        double argument = off[start + i] + shiftError() + rounding(distance)
            + bounds.exponentError(row, start + i, largest, distance);
        // Not the weight times a power of e, which may be nothing times infinity where scores that fill are very low.
        double larger = weights.weight(distance - argument);
        double function = EXPONENTIALS * model.function("exp", distance + OFFSET, larger) + Float.MIN_NORMAL;
        least[i] = Math.max(0, weights.weight(distance + argument) - function);
        most[i] = larger + function;
        total += exact[i];
        totalError += Math.max(most[i] - exact[i], exact[i] - least[i]);
      }
      add(start, weights.codes(exact), weights.codeErrors(exact, least, most));
    }

    private double shiftError() {
      return largest == Double.NEGATIVE_INFINITY ? 0 : Math.max(high - largest, largest - low);
    }

    /** Roundings of the largest score, less the offset of weights, and of the distance from it. */
    private double rounding(double distance) {
      return 4 * model.arithmetic(2 * (Math.abs(largest) + distance) + OFFSET);
    }

    private void rescale(double before, double shift) {
      double factor = Math.exp(before - largest);
      if (before == Double.NEGATIVE_INFINITY) {
        return;
      }
      double argument = shift + rounding(largest - before);
      double off = factor * Math.expm1(argument)
          + Math.exp(argument) * model.function("exp", largest - before, factor) + Float.MIN_NORMAL;
      double grown = (factor + off) * (1 + 2 * UNIT);
      totalError = totalError * grown + total * (off + 2 * UNIT * grown);
      total *= factor;
      for (int column = 0; column < width; column++) {
        errors[column] = errors[column] * grown + sums[column] * (off + 2 * UNIT * grown);
        sums[column] *= factor;
      }
    }

    private void add(int start, double[] codes, double[] codeErrors) {
      int first = rows.firstKey(row) + start;
      for (int column = 0; column < width; column++) {
        double magnitude = 0;
        double inherited = 0;
        double most = 0;
        double sum = 0;
        double rounded = 0;
        for (int i = 0; i < codes.length; i++) {
          int at = (first + i) * width + column;
          FilteredBlocks.Part part = bounds.filtered(row, start + i);
          if (part == FilteredBlocks.Part.LEFT) {
            continue;
          }
          double value = Math.abs(values[at]);
          inherited += part == FilteredBlocks.Part.UNCERTAIN ? codes[i] * value : 0;
          magnitude += codes[i] * value;
          inherited += codeErrors[i] * value + (codes[i] + codeErrors[i]) * valueErrors[at];
          most += (codes[i] + codeErrors[i]) * (value + valueErrors[at]);
          sum += codes[i] * values[at];
          if (scheme.sums().equals(Formats.F16) && ((i + 1) % INSTRUCTION == 0 || i + 1 == codes.length)) {
            rounded += halfRounding(column, Math.abs(sum) + inherited + rounded);
          }
        }
        sums[column] += magnitude;
        errors[column] += inherited + valueUnit * (most + sums[column]) + rounded
            + 2 * UNIT * (sums[column] + errors[column])
            + (codes.length + 1) * Float.MIN_NORMAL;
      }
    }

    /** An instruction rounds a sum of codes to f16, as the scheme does: to the same number or the next one. */
    private double halfRounding(int column, double sum) {
      double scale = valueScales[rows.firstKey(row) / keyCount * width + column];
      return 2 * Formats.F16.roundingError(sum / scale) * scale;
    }
  }
}
