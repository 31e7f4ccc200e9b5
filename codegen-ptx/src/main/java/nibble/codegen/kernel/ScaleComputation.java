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
    return scales.rule().isQuotient() ? byQuotient(scales, magnitude, format) : byExponent(scales, magnitude, format);
  }

  /** By rules that divide the amax by a code. */
  private Value byQuotient(Scales scales, Value magnitude, NumberFormat format) {
    Value quotient = builder.apply(Scalar.DIV, magnitude, builder.real(divisor(scales)));
    boolean isUp = scales.rule() == ScaleRules.UP;
    if (format.equals(Formats.UE8M0)) {
      // To nearest, what is half way goes up or down: it is within the error of the quotient.
      return isUp
          ? builder.apply(Scalar.POWER_ABOVE, quotient)
          : builder.apply(Scalar.SHARED_EXPONENT, quotient, builder.real(1), builder.real(1 << 22));
    }
    if (isUp && format.equals(Formats.UE4M3)) {
      return stored(builder.apply(Scalar.UE4M3_ABOVE, withinRange(quotient, format)), format);
    }
    // To f32 nothing is rounded that its error would not cover.
    return isUp && !format.equals(Formats.F32) ? builder.apply(refuse(scales)) : stored(quotient, format);
  }

  /** A scale in its format, and what stands for 0 there. */
  private Value stored(Value scale, NumberFormat format) {
    Value narrow = builder.cast(withinRange(scale, format), format, Rounding.NEAREST_EVEN);
    Value rounded = builder.cast(narrow, Formats.F32, Rounding.NEAREST_EVEN);
    Value isZero = builder.apply(Scalar.EQ, rounded, builder.real(0));
    return builder.apply(Scalar.SELECT, isZero, builder.real(format.scaleOfZeros()), rounded);
  }

  private static Scalar refuse(Scales scales) {
    throw new UnsupportedAccess("no kernel computes scales of " + scales.result().format().name() + " by the rule '"
        + scales.rule().keyword() + "' yet");
  }

  private static double divisor(Scales scales) {
    CodeRange codes = scales.codes();
    if (scales.rule() == ScaleRules.NEAREST || scales.rule() == ScaleRules.UP) {
      return codes.most();
    }
    if (scales.rule() == ScaleRules.FULL) {
      return -codes.least();
    }
    throw new UnsupportedAccess("no kernel computes scales by the rule '" + scales.rule().keyword() + "'");
  }

  /** By rules that read the scale from the bits of the amax. */
  private Value byExponent(Scales scales, Value magnitude, NumberFormat format) {
    CodeRange codes = scales.codes();
    Value divisor = builder.real(Math.scalb(1.0, Math.getExponent(codes.most())));
    Value power = builder.apply(Scalar.SHARED_EXPONENT, magnitude, divisor, builder.real(addend(scales)));
    if (format.equals(Formats.UE8M0)) {
      return power;
    }
    Value zero = builder.real(0);
    return stored(builder.apply(Scalar.SELECT, builder.apply(Scalar.EQ, magnitude, zero), zero, power), format);
  }

  /** What is added to the 23 bits of the mantissa of an amax whose exponent may carry. */
  private static int addend(Scales scales) {
    if (scales.rule() == ScaleRules.FLOOR) {
      return 0;
    }
    if (scales.rule() == ScaleRules.CEIL) {
      return (1 << 23) - 1;
    }
    // Below 2, the smallest scales would follow from an amax that is subnormal, and carries elsewhere.
    if (scales.rule() == ScaleRules.EVEN && scales.codes().most() >= 2) {
      return 1 << 22 - scales.codes().mantissaBits();
    }
    throw new UnsupportedAccess("no kernel computes scales for " + scales.elements().name() + " by the rule '"
        + scales.rule().keyword() + "'");
  }

  /** Finite scales stay finite in their format; that of a box with an infinity is NaN, as that of one with a NaN. */
  private Value withinRange(Value scale, NumberFormat format) {
    Value bounded = format.max() >= WIDE ? scale : builder.apply(Scalar.MIN, scale, builder.real(format.max()));
    Value isInfinite = builder.apply(Scalar.EQ, scale, builder.real(Double.POSITIVE_INFINITY));
    return builder.apply(Scalar.SELECT, isInfinite, builder.real(Double.NaN), bounded);
  }

  /** 1 over a scale. */
  Value inverse(Value scale, TensorType scales) {
    boolean isPower = scales.format().equals(Formats.UE8M0) && !scales.isScaled();
    return builder.apply(isPower ? Scalar.INVERSE_POWER : Scalar.RECIPROCAL, scale);
  }
}
