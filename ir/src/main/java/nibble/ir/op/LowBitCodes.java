package nibble.ir.op;

import java.util.function.IntBinaryOperator;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Codes of low-bit attention and their scales: values are {@code codes[i] * scales[group of i]}. Scales are f32, of
 * NVFP4 ue4m3.
 */
final class LowBitCodes {
  private static final double EPSILON = 1e-7;

  private final double[] values;

  private LowBitCodes(double[] values) {
    this.values = values;
  }

  /** What the codes stand for. */
  double[] values() {
    return values;
  }

  /**
   * Integers, rounded half away from zero: {@code s = amax / limit + 1e-7} where threads share a scale, and {@code
   * max(amax, 1e-7) / limit} where blocks do, so that zeros have a scale too.
   *
   * @param group number of the group of an element, by row and column
   * @param adds whether the small number is added
   */
  static LowBitCodes integers(
      double[] x, int columns, IntBinaryOperator group, int groups, double limit, boolean adds) {
    double[] amax = amax(x, columns, group, groups);
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double largest = amax[group.applyAsInt(i / columns, i % columns)];
      float scale = (float) (adds ? largest / limit + EPSILON : Math.max(largest, EPSILON) / limit);
      values[i] = Math.clamp(halfAway(x[i] / scale), -limit, limit) * scale;
    }
    return new LowBitCodes(values);
  }

  /** Rounded to the nearest integer, halves away from zero. */
  static double halfAway(double x) {
    return Math.copySign(Math.floor(Math.abs(x) + 0.5), x);
  }

  /** Floats of a format up to {@code range}, scales {@code amax / range}; zeros where all of a group are. */
  static LowBitCodes floats(
      double[] x, int columns, IntBinaryOperator group, int groups, NumberFormat format, double range) {
    double[] amax = amax(x, columns, group, groups);
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      float scale = (float) (amax[group.applyAsInt(i / columns, i % columns)] / range);
      values[i] = scale == 0 ? 0 : format.round(Math.clamp(x[i] / scale, -range, range)) * scale;
    }
    return new LowBitCodes(values);
  }

  /** E2M1 under scales of ue4m3, which are the amax over 6, rounded; zeros where a scale is zero. */
  static LowBitCodes nvfp4(double[] x, int columns, IntBinaryOperator group, int groups) {
    double[] amax = amax(x, columns, group, groups);
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double scale = scaleOf(amax[group.applyAsInt(i / columns, i % columns)] / 6);
      values[i] = scale == 0 ? 0 : code(x[i] / scale) * scale;
    }
    return new LowBitCodes(values);
  }

  /** A scale as ue4m3 has it. */
  static double scaleOf(double scale) {
    return Formats.E4M3.round(Math.min(scale, Formats.E4M3.max()));
  }

  /** A number as e2m1 has it; saturated. */
  static double code(double x) {
    return Formats.E2M1.round(Math.clamp(x, -Formats.E2M1.max(), Formats.E2M1.max()));
  }

  private static double[] amax(double[] x, int columns, IntBinaryOperator group, int groups) {
    double[] amax = new double[groups];
    for (int i = 0; i < x.length; i++) {
      int at = group.applyAsInt(i / columns, i % columns);
      amax[at] = Math.max(amax[at], Math.abs(x[i]));
    }
    return amax;
  }
}
