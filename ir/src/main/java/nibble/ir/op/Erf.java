package nibble.ir.op;

import nibble.ir.OpInfo;

/** The error function. */
@OpInfo(
    name = "erf",
    summary = "error function of each element",
    rounding = "one rounding, plus the function's error on the target")
public record Erf() implements UnaryOp {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  @Override
  public double apply(double x) {
    return erf(x);
  }

  /**
   * The error function to a few ulp: the series of positive terms
   * {@code 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1)/(2n+1)!!} (Abramowitz and Stegun 7.1.6), with the rounding error of the
   * square carried into the exponential. From 6 on the result rounds to 1.
   */
  public static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude >= 6) {
      return Math.signum(x);
    }
    double square = magnitude * magnitude;
    double lost = Math.fma(magnitude, magnitude, -square);
    double term = magnitude;
    double sum = magnitude;
    for (int n = 1; term > sum * 0x1p-54; n++) {
      term *= 2 * square / (2 * n + 1);
      sum += term;
    }
    return Math.copySign(Math.min(1, TWO_OVER_SQRT_PI * Math.exp(-square) * (1 - lost) * sum), x);
  }
}
