package nibble.ir.op;

import nibble.ir.OpInfo;

/** The error function. */
@OpInfo(
    name = "erf",
    summary = "error function of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Erf() implements UnaryOp {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
  private static final double NEAR = 2;
  private static final int FRACTIONS = 60;

  @Override
  public double apply(double x) {
    return erf(x);
  }

  /**
   * The error function to 8 units in the last place. Near 0 the series of positive terms
   * {@code 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1)/(2n+1)!!} (Abramowitz and Stegun 7.1.6), elsewhere 1 minus the
   * complementary function as a continued fraction (7.1.14), whose errors count little beside 1. From 6 on the result
   * rounds to 1.
   */
  public static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude >= 6) {
      return Math.signum(x);
    }
    double result = magnitude < NEAR ? series(magnitude) : 1 - complement(magnitude);
    return Math.copySign(result, x);
  }

  private static double series(double x) {
    double square = x * x;
    double term = x;
    double sum = x;
    for (int n = 1; term > sum * 0x1p-54; n++) {
      term *= 2 * square / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * gauss(x) * sum;
  }

  /** {@code exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...))))}, for x of 2 and more. */
  private static double complement(double x) {
    double denominator = x;
    for (int n = FRACTIONS; n > 0; n--) {
      denominator = x + n / 2.0 / denominator;
    }
    return TWO_OVER_SQRT_PI / 2 * gauss(x) / denominator;
  }

  /** {@code exp(-x^2)}, with what the square loses by rounding. */
  private static double gauss(double x) {
    double square = x * x;
    return Math.exp(-square) * (1 - Math.fma(x, x, -square));
  }
}
