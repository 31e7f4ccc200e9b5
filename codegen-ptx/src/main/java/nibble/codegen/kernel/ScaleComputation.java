package nibble.codegen.kernel;

import java.util.Optional;
import nibble.codegen.tile.Scalar;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleRules;
import nibble.ir.op.Scales;

/**
 * Computes scales from largest magnitudes, as the rules say.
 *
 * @param grid where
 * @param builder takes the operations
 */
record ScaleComputation(Grid2 grid, TileBuilder builder) {
  /** Scales of f32 numbers do not leave formats of that range. */
  private static final double WIDE = 0x1p127;

  /**
   * The scale for a magnitude.
   *
   * @param amax of the box, whose sign does not count
   * @param outer the outer scale, which the magnitude is over
   */
  Value scale(Scales scales, Value amax, Optional<Value> outer) {
    TensorType type = scales.result();
    if (type.isScaled() && outer.isEmpty()) {
      throw new UnsupportedAccess("no kernel computes " + type + " without outer scales");
    }
    NumberFormat format = type.format();
    ComputeFormat.of(format);
    Value whole = builder.apply(Scalar.ABS, amax);
    Value magnitude = outer.map(by -> grid.apply(builder, Scalar.DIV, whole, by)).orElse(whole);
    if (format.equals(Formats.UE8M0)) {
      return builder.apply(
          Scalar.POWER_ABOVE, builder.apply(Scalar.DIV, magnitude, builder.real(powerDivisor(scales))));
    }
    Value quotient = builder.apply(Scalar.DIV, magnitude, builder.real(divisor(scales)));
    Value narrow = builder.cast(withinRange(quotient, format), format, Rounding.NEAREST_EVEN);
    Value rounded = builder.cast(narrow, Formats.F32, Rounding.NEAREST_EVEN);
    Value isZero = builder.apply(Scalar.EQ, rounded, builder.real(0));
    return builder.apply(Scalar.SELECT, isZero, builder.real(format.scaleOfZeros()), rounded);
  }

  private static double powerDivisor(Scales scales) {
    if (scales.rule() != ScaleRules.UP) {
      throw new UnsupportedAccess("no kernel computes scales of ue8m0 by the rule '" + scales.rule().keyword()
          + "' yet; they compute them by up");
    }
    return scales.codes().most();
  }

  private static double divisor(Scales scales) {
    CodeRange codes = scales.codes();
    if (scales.rule() == ScaleRules.NEAREST) {
      return codes.most();
    }
    if (scales.rule() == ScaleRules.FULL) {
      return -codes.least();
    }
    throw new UnsupportedAccess("no kernel computes scales by the rule '" + scales.rule().keyword()
        + "' yet; they compute them by nearest and full");
  }

  /** Finite scales stay finite in their format. */
  private Value withinRange(Value scale, NumberFormat format) {
    if (format.max() >= WIDE) {
      return scale;
    }
    Value infinity = builder.real(Double.POSITIVE_INFINITY);
    Value bounded = builder.apply(Scalar.MIN, scale, builder.real(format.max()));
    Value isInfinite = builder.apply(Scalar.EQ, scale, infinity);
    // NaN is the only number of a format for scales alone that is not finite.
    return builder.apply(Scalar.SELECT, isInfinite, format.isForScales() ? builder.real(Double.NaN) : infinity, bounded);
  }

  /** 1 over a scale. */
  Value inverse(Value scale, TensorType scales) {
    boolean isPower = scales.format().equals(Formats.UE8M0) && !scales.isScaled();
    return builder.apply(isPower ? Scalar.INVERSE_POWER : Scalar.RECIPROCAL, scale);
  }
}
