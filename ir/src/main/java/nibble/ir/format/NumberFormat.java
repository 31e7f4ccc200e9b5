package nibble.ir.format;

/**
 * A number format: codes of {@link #bits()} bits, what they mean, and how a real number is encoded. A plugin may add
 * formats; the name is what the language and the IR text write. Every value of a format is a double.
 */
public interface NumberFormat {
  /** As written in types: {@code f16}, {@code e4m3}, {@code i8}. */
  String name();

  /** One sentence for {@code nibble formats}. */
  String summary();

  /** Width of a code in bits, 1 to 64. */
  int bits();

  /**
   * Width of an element in memory: the next power of two. So 4-bit elements lie two in a byte and 6-bit ones each in
   * their own. Truth values take a byte.
   */
  default int storageBits() {
    int bits = bits();
    boolean alone = bits == 1 || bits > 4 && bits <= Byte.SIZE;
    return alone ? Byte.SIZE : Integer.highestOneBit(2 * bits - 1);
  }

  /** Bits of an element in memory that are zero and below its code; those above it are zero as well. */
  default int zeroBits() {
    return 0;
  }

  /** The value of a code (its low {@link #bits()} bits). */
  double decode(long code);

  /**
   * The code of a value after rounding; a value out of range saturates to the largest of its sign unless the format has
   * an infinity that takes it. What a NaN becomes is the format's own rule.
   */
  long encode(double value, Rounding rounding);

  /** The value rounded to this format, to nearest even where there is a choice. */
  default double round(double value) {
    return decode(encode(value, Rounding.NEAREST_EVEN));
  }

  /** The largest finite value. */
  double max();

  /** The least finite value. */
  default double min() {
    return -max();
  }

  /**
   * The least magnitude of full precision: smaller ones but 0 are subnormal. Hardware that aligns terms by their
   * exponents takes the exponent of this one for them. 0 where there is no such thing.
   */
  default double leastNormal() {
    return 0;
  }

  /**
   * Bound of {@code |round(x) - x|}: half the gap at {@code x} within range, what saturation loses beyond it, infinite
   * where {@code round} may give an infinity (or the magnitude is one). It never decreases with the magnitude, so it
   * also bounds the error of every lesser {@code x}.
   *
   * @param magnitude {@code |x|}
   */
  double roundingError(double magnitude);

  /**
   * The least value that is larger than one of its values, infinite for the largest; NaN where a format does not say.
   *
   * @param value one of its values, not negative
   */
  default double above(double value) {
    return Double.NaN;
  }

  /** Bits of the largest values behind their leading one; 0 where there is no such thing. */
  default int mantissaBits() {
    return 0;
  }

  /** Random bits that stochastic rounding adds; 0 where the format can't be rounded to so. */
  default int stochasticBits() {
    return 16;
  }

  /** Whether it is for scales alone: it has no negative values. */
  default boolean isForScales() {
    return false;
  }

  /** Whether elements are computed with in it; if not, it is for codes or for scales. */
  default boolean isArithmetic() {
    return !isForScales();
  }

  /** The scale of a box whose scale would be 0: 1, but the least positive value of a format for scales alone. */
  default double scaleOfZeros() {
    return 1;
  }

  /** Whether the values are integers. */
  default boolean isInteger() {
    return false;
  }

  default boolean isFloat() {
    return !isInteger();
  }

  /**
   * The largest code magnitude that a symmetric quantizer uses: it leaves the most negative integer code unused, so
   * that the grid is symmetric.
   */
  default double symmetricMax() {
    return max();
  }
}
