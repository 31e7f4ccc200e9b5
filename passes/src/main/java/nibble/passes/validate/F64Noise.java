package nibble.passes.validate;

import com.google.common.collect.ImmutableMap;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.format.NumberFormat;

/**
 * The rounding errors of exact interpretation itself, which computes in f64: how far two programs that mean the same
 * may be apart because they add and multiply in another order. Each operation counts with twice the unit roundoff,
 * which leaves room for the roundings of the bound's own computation.
 */
public record F64Noise() implements ErrorModel {
  private static final double UNIT = 0x1p-52;

  /** Roundings of a product with its scales, besides those of the sum. */
  private static final int SCALING = 4;

  /**
   * Errors in ulp, as {@link Math} specifies them; correctly rounded are sqrt and the quotients. A function that is not
   * listed is computed by the same code in both programs, so only its argument can differ.
   */
  private static final ImmutableMap<String, Double> ULPS = ImmutableMap.<String, Double>builder()
      .put("exp", 1.0).put("log", 1.0).put("pow", 1.0).put("sin", 1.0).put("cos", 1.0).put("tanh", 2.5)
      .put("sqrt", 0.5).put("div", 0.5).put("reciprocal", 0.5)
      // The quotient by a rounded root.
      .put("rsqrt", 1.5)
      .buildOrThrow();

  @Override
  public double arithmetic(double magnitude) {
    return UNIT * magnitude + Double.MIN_VALUE;
  }

  @Override
  public double function(String op, double argument, double value) {
    return 2 * ULPS.getOrDefault(op, 0.0) * Math.ulp(value);
  }

  @Override
  public double sum(long terms) {
    return ErrorModel.gamma(Math.max(0, terms - 1), UNIT);
  }

  @Override
  public double dot(TensorType left, TensorType right, long length) {
    return ErrorModel.gamma(length + SCALING, UNIT);
  }

  @Override
  public double store(NumberFormat format, double magnitude) {
    return 0;
  }
}
