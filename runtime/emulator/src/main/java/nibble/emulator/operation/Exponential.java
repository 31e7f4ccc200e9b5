package nibble.emulator.operation;

/** Powers of two in double precision, to about 2^-42: enough to be rounded to single precision. */
final class Exponential {
  /** Taylor's coefficients of {@code 2^x}: {@code ln(2)^k / k!}. */
  private static final double[] SERIES = new double[11];

  static {
    double term = 1;
    for (int k = 0; k < SERIES.length; k++) {
      SERIES[k] = term;
      term *= Math.log(2) / (k + 1);
    }
  }

  private Exponential() {}

  static double powerOfTwo(double x) {
    if (!(Math.abs(x) < 1000)) {
      return Math.pow(2, x);
    }
    double whole = Math.rint(x);
    double rest = x - whole;
    double sum = SERIES[10];
    for (int k = 9; k >= 0; k--) {
      sum = Math.fma(sum, rest, SERIES[k]);
    }
    return sum * Double.longBitsToDouble((long) whole + 1023 << 52);
  }
}
