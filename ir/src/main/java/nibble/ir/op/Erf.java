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
  /** Up to here the complementary function is 1 minus the function. */
  private static final double CANCELS = 0.75;

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

  /**
   * The complementary error function, 1 minus the error function, to 8 units in the last place of its own, however
   * small it is.
   */
  public static double erfc(double x) {
    return x < CANCELS || Double.isNaN(x) ? 1 - erf(x) : complement(x);
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

  /**
   * {@code exp(-x^2)/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...))))}, for x of 0.75 and more. The rest behind
   * the last fraction is about what repeats itself: {@code d = x + (n/2)/d}.
   */
  private static double complement(double x) {
    int fractions = (int) (16 + 120 / (x * x));
    double denominator = (x + Math.sqrt(x * x + 2 * fractions)) / 2;
    for (int n = fractions; n > 0; n--) {
      denominator = x + n / 2.0 / denominator;
    }
    return TWO_OVER_SQRT_PI / 2 * gauss(x) / denominator;
  }

  /** {@code exp(-x^2)}, with what the square loses by rounding. */
  private static double gauss(double x) {
    double square = x * x;
    double lost = Math.fma(x, x, -square);
    return Math.exp(-square) * (Double.isFinite(lost) ? 1 - lost : 1);
  }
}
