package nibble.passes.canonicalize;

import nibble.ir.format.FloatFormat;
import nibble.ir.format.FloatFormat.Special;
import nibble.ir.format.IntegerFormat;
import nibble.ir.format.NumberFormat;

/** Formats that hold every value of another, with infinities, NaN and the sign of zero. */
final class Embedding {
  private static final int ENUMERABLE = 8;

  private Embedding() {}

  /** Whether a cast between these formats gives the same number for every value of the first. */
  static boolean holds(NumberFormat from, NumberFormat to) {
    if (from.equals(to)) {
      return true;
    }
    if (from instanceof IntegerFormat integer) {
      return holdsIntegers(integer, to);
    }
    if (from instanceof FloatFormat narrow && to instanceof FloatFormat wide) {
      return holdsFloats(narrow, wide);
    }
    return from.isFloat() && to.isFloat() && from.bits() <= ENUMERABLE && holdsEachCode(from, to);
  }

  private static boolean holdsIntegers(IntegerFormat from, NumberFormat to) {
    return switch (to) {
      case IntegerFormat integer -> integer.min() <= from.min() && integer.max() >= from.max();
      // Integers without gaps as far as the significand reaches.
      case FloatFormat wide -> wide.max() >= from.max()
          && Math.max(from.max(), -from.min()) <= Math.scalb(1.0, wide.mantissaBits() + 1);
      default -> false;
    };
  }

  private static boolean holdsFloats(FloatFormat from, FloatFormat to) {
    int leastFrom = 1 - from.bias() - from.mantissaBits();
    int leastTo = 1 - to.bias() - to.mantissaBits();
    return from.mantissaBits() <= to.mantissaBits()
        && leastFrom >= leastTo
        && from.max() <= to.max()
        && (from.special() == Special.FINITE_ONLY || keepsSpecials(from, to));
  }

  /** A format that saturates when it encodes does not keep an infinity. */
  private static boolean keepsSpecials(FloatFormat from, FloatFormat to) {
    return to.special() == Special.INFINITY_AND_NAN
        || (from.special() == Special.NAN_ONLY && to.special() != Special.FINITE_ONLY);
  }

  private static boolean holdsEachCode(NumberFormat from, NumberFormat to) {
    for (long code = 0; code < 1L << from.bits(); code++) {
      double value = from.decode(code);
      if (Double.compare(to.round(value), value) != 0) {
        return false;
      }
    }
    return true;
  }
}
