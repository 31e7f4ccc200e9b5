package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/**
 * Sums of products of codes as codes again, in integers alone: {@code number * multiplier / 2^shift} to nearest, ties
 * away from zero, kept in the range of the result. So a chain of integer products is the same bit for bit on every
 * device, as a lossless coder needs ("Fast Lossless Neural Compression with Integer-Only Discrete Flows"). Operands:
 * numbers, multipliers and shifts, all i32, which broadcast.
 *
 * <p>A number of -2^31 counts as -2^31 + 1, a negative multiplier as 0, and a shift is kept from 1 to 62.
 *
 * @param to an integer format of at most 16 bits
 */
@OpInfo(
    name = "requantize",
    summary = "an i32 times multiplier over 2^shift, as a narrower integer",
    rounding = "exact in 62 bits, then to nearest, ties away from zero; saturates")
public record Requantize(NumberFormat to) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 3);
    Shape shape = operands.getFirst().shape();
    for (TensorType operand : operands) {
      if (!operand.isPlain() || !operand.format().equals(Formats.I32)) {
        throw new TypeRuleException("requantize takes numbers, multipliers and shifts of i32, not " + operand);
      }
      Shape common = shape;
      shape = Broadcast.common(shape, operand.shape()).orElseThrow(() -> new TypeRuleException(
          "the shapes " + common + " and " + operand.shape() + " of requantize do not broadcast"));
    }
    if (!to.isInteger() || to.bits() > Short.SIZE || to.equals(Formats.BOOL)) {
      throw new TypeRuleException("requantize gives integers of at most 16 bits, not " + to.name());
    }
    return TensorType.of(shape, to);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] numbers = operands.get(0).elements();
    double[] codes = new double[Math.toIntExact(result.shape().size().constant())];
    Elementwise.forEach(result.shape().extents(), operands, (i, at) -> codes[i] =
        code(numbers[at[0]], factor(operands.get(1), operands.get(2), at)));
    return Tensor.of(result, codes);
  }

  /** The rounded product, in the range of i32. */
  public static long product(long number, long multiplier, int shift) {
    long product = new DyadicNumber(multiplier, shift).times(number);
    return Math.clamp(product, -DyadicNumber.MOST, DyadicNumber.MOST);
  }

  private static DyadicNumber factor(Tensor multipliers, Tensor shifts, int[] at) {
    return new DyadicNumber((long) multipliers.elements()[at[1]], (int) shifts.elements()[at[2]]);
  }

  private double code(double number, DyadicNumber factor) {
    return Math.clamp(factor.times((long) number), (long) to.min(), (long) to.max());
  }

  /** The code does not decrease with the number, so the extremes are at the ends. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] numbers = operands.get(0).exact().elements();
    double[] codes = result.elements();
    double[] error = new double[codes.length];
    List<Tensor> tensors = operands.stream().map(Approximate::exact).toList();
    Elementwise.forEach(result.extents(), tensors, (i, at) -> {
      double inherited = operands.get(0).error()[at[0]];
      boolean isKnown = operands.get(1).error()[at[1]] == 0 && operands.get(2).error()[at[2]] == 0;
      if (!isKnown || !Double.isFinite(inherited)) {
        error[i] = to.max() - to.min();
      } else if (inherited > 0) {
        DyadicNumber factor = factor(tensors.get(1), tensors.get(2), at);
        double most = Math.min(Integer.MAX_VALUE, Math.ceil(numbers[at[0]] + inherited));
        double least = Math.max(Integer.MIN_VALUE, Math.floor(numbers[at[0]] - inherited));
        error[i] = Math.max(code(most, factor) - codes[i], codes[i] - code(least, factor));
      }
    });
    return error;
  }
}
