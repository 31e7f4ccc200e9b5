package nibble.emulator.operation;

import nibble.emulator.format.Exact;

/** The two 16-bit floating-point formats, to and from single precision, in few instructions. */
enum Halves {
  F16 {
    @Override
    float value(int bits) {
      return Float.float16ToFloat((short) bits);
    }

    @Override
    int bits(float value) {
      return Float.isNaN(value) ? NAN : Float.floatToFloat16(value) & 0xffff;
    }

    @Override
    int flush(int bits) {
      return (bits & 0x7c00) == 0 ? bits & SIGN : bits;
    }
  },
  BF16 {
    @Override
    float value(int bits) {
      return Float.intBitsToFloat(bits << 16);
    }

    @Override
    int bits(float value) {
      if (Float.isNaN(value)) {
        return NAN;
      }
      int bits = Float.floatToRawIntBits(value);
      return bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    @Override
    int flush(int bits) {
      return (bits & 0x7f80) == 0 ? bits & SIGN : bits;
    }
  };

  static final int SIGN = 0x8000;

  /** The NaN that arithmetic gives, in both formats. */
  static final int NAN = 0x7fff;

  /** The NaN that stands for an element out of a tensor's bounds. */
  static final int OUT_OF_BOUNDS = 0xffff;

  private static final Halves[] FORMATS = values();

  /** 1 for f16, 2 for bf16. */
  static Halves numbered(int number) {
    return FORMATS[number - 1];
  }

  /** The value of the low 16 bits. */
  abstract float value(int bits);

  /** Rounds to nearest even. */
  abstract int bits(float value);

  /** A subnormal becomes a zero of its sign. */
  abstract int flush(int bits);

  /** Rounds a number that was rounded to odd in double precision. */
  int bits(double odd) {
    return bits(Exact.narrow(odd));
  }
}
