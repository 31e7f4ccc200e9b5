package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.format.Formats;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.AttentionScheme.Weights;

/**
 * Weights of a low-bit attention and their codes, both in units in which codes are multiplied.
 *
 * @param scheme whose weights these are
 */
record LowBitWeights(LowBit scheme) {
  private static final int GROUP = 16;
  /** log2 of 448, as SageAttention2 has it. */
  private static final double E4M3_OFFSET = 8.807;
  /** log2 of 6 * 448. */
  private static final double NVFP4_OFFSET = 11.392317;
  private static final double LOG2_E = 1 / Math.log(2);
  /** More than a kernel rounds the quotient of a weight and the scale of its group, relative to it. */
  private static final double QUOTIENT = 0x1p-20;

  /** The weight of a score at some distance from the largest. */
  double weight(double distance) {
    return Math.pow(2, -distance * LOG2_E + scheme.offset());
  }

  /** What is added to exponents, so that codes of weights are used up to the largest. */
  static double offset(Weights weights) {
    return switch (weights) {
      case HALF, BYTE, NVFP4_DIRECT -> 0;
      case E4M3 -> E4M3_OFFSET;
      case NVFP4 -> NVFP4_OFFSET;
    };
  }

  /** Weights as their codes have them. */
  double[] codes(double[] weights) {
    return switch (scheme.weights()) {
      case HALF, BYTE, E4M3 -> Arrays.stream(weights).map(this::code).toArray();
      case NVFP4, NVFP4_DIRECT -> grouped(weights, scheme.weights() == Weights.NVFP4_DIRECT);
    };
  }

  /** The code of a weight by itself. */
  private double code(double weight) {
    return switch (scheme.weights()) {
      case HALF -> Formats.F16.round(weight);
      case BYTE -> LowBitCodes.halfAway(weight * Formats.I8.max()) / Formats.I8.max();
      case E4M3 -> Formats.E4M3.round(Math.min(weight, Formats.E4M3.max()));
      case NVFP4, NVFP4_DIRECT -> throw new IllegalStateException("codes of groups");
    };
  }

  /**
   * Weights in E2M1 by groups. The elements of a group are divided by its scale as it is before it is rounded, as
   * SageAttention3 does; without a static level, by the rounded one.
   */
  static double[] grouped(double[] weights, boolean isDirect) {
    double[] codes = new double[weights.length];
    for (int from = 0; from < weights.length; from += GROUP) {
      int to = Math.min(weights.length, from + GROUP);
      double scale = Arrays.stream(weights, from, to).max().orElse(0) / 6;
      double divisor = isDirect ? LowBitCodes.scaleOf(scale) : scale;
      for (int i = from; i < to; i++) {
        codes[i] = divisor == 0 ? 0 : LowBitCodes.code(weights[i] / divisor) * LowBitCodes.scaleOf(scale);
      }
    }
    return codes;
  }

  /**
   * How far codes may be from those of weights, whose numbers in a kernel lie between others.
   *
   * @param least the least numbers that weights may be
   * @param most the largest
   */
  double[] codeErrors(double[] weights, double[] least, double[] most) {
    double[] errors = codes(weights);
    boolean isGrouped = scheme.weights() == Weights.NVFP4 || scheme.weights() == Weights.NVFP4_DIRECT;
    for (int i = 0; i < errors.length; i++) {
      int from = i / GROUP * GROUP;
      int to = Math.min(errors.length, from + GROUP);
      double low = isGrouped ? inGroup(least[i], most, from, to, least, -1) : code(least[i]);
      double high = isGrouped ? inGroup(most[i], least, from, to, most, 1) : code(most[i]);
      errors[i] = Math.max(errors[i] - low, high - errors[i]);
    }
    return errors;
  }

  /** The code of a weight, its quotient by the scale of those divisors, and the scale that of others. */
  private static double inGroup(double weight, double[] divisors, int from, int to, double[] others, int sign) {
    double divisor = Arrays.stream(divisors, from, to).max().orElse(0) / 6;
    double scale = LowBitCodes.scaleOf(Arrays.stream(others, from, to).max().orElse(0) / 6 * (1 + sign * QUOTIENT));
    double quotient = divisor == 0 ? weight == 0 ? 0 : Formats.E2M1.max() : weight / divisor * (1 + sign * QUOTIENT);
    return LowBitCodes.code(quotient) * scale;
  }
}
