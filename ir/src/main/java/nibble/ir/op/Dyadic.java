package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/**
 * One part of the dyadic numbers {@code multiplier / 2^shift} that are nearest to factors, as {@link Requantize} takes
 * them: the multiplier has 31 bits, the first of them set, and the shift is from 1 to 62. A factor of 2^30 and more
 * becomes the largest, one below 2^-32 has fewer bits, and what is negative or no number becomes 0.
 *
 * @param part which
 */
@OpInfo(
    name = "dyadic",
    summary = "the integer multiplier, or the shift, that stands for a factor",
    rounding = "the multiplier is rounded to nearest, ties to even")
public record Dyadic(Part part) implements TensorOp {
  /** The two integers. */
  public enum Part {
    MULTIPLIER,
    SHIFT
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    return expectFloat(operands.getFirst()).plain(Formats.I32);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] factors = operands.getFirst().elements();
    return Tensor.generate(result, i -> {
      DyadicNumber number = DyadicNumber.of(factors[i]);
      return part == Part.MULTIPLIER ? number.multiplier() : number.shift();
    });
  }

  /** Of a factor that is not exactly known, neither part is known by itself. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] error = operands.getFirst().error().clone();
    for (int i = 0; i < error.length; i++) {
      error[i] = error[i] == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    return error;
  }
}
