package nibble.emulator.operation;

/** Single precision as PTX has it: bits in registers, one NaN, subnormals flushed where {@code .ftz} says so. */
final class Floats {
  /** The NaN that arithmetic gives. */
  static final int NAN = 0x7fffffff;

  private static final int EXPONENT = 0x7f800000;
  private static final int SIGN = 0x80000000;

  private Floats() {}

  static float value(int bits) {
    return Float.intBitsToFloat(bits);
  }

  /** The bits of a result. */
  static int bits(float value) {
    return Float.isNaN(value) ? NAN : Float.floatToRawIntBits(value);
  }

  /** Subnormals become zeros of their sign. */
  static int flush(int bits) {
    return (bits & EXPONENT) == 0 ? bits & SIGN : bits;
  }

  /** Flushes if told so. */
  static int flush(int bits, boolean flushes) {
    return flushes ? flush(bits) : bits;
  }

  /** Clamps a result to 0 to 1, as {@code .sat} does; NaN becomes 0. */
  static float saturate(float value) {
    // In this order -0 becomes +0 and NaN becomes 0.
    return value > 0 ? Math.min(value, 1) : 0;
  }
}
