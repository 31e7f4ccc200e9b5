package nibble.emulator.operation;

import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;

/** What an atomic operation makes of the value in memory; the operand {@code c} is the new value of {@code cas}. */
public enum AtomicFunction {
  ADD_B32,
  ADD_B64,
  ADD_F32,
  ADD_F64,
  ADD_F16,
  ADD_BF16,
  ADD_F16X2,
  ADD_BF16X2,
  MIN_S32,
  MIN_U32,
  MIN_S64,
  MIN_U64,
  MAX_S32,
  MAX_U32,
  MAX_S64,
  MAX_U64,
  MIN_F16,
  MIN_BF16,
  MIN_F16X2,
  MIN_BF16X2,
  MAX_F16,
  MAX_BF16,
  MAX_F16X2,
  MAX_BF16X2,
  AND,
  OR,
  XOR,
  EXCHANGE,
  COMPARE,
  INCREMENT,
  DECREMENT;

  /** The new value of up to 32 bits. */
  int apply(int old, int b, int c, boolean flushes) {
    return switch (this) {
      case ADD_B32 -> old + b;
      case ADD_F32 -> addFloat(old, b, flushes);
      case ADD_F16, ADD_F16X2 -> addPair(FloatFormat.F16, old, b);
      case ADD_BF16, ADD_BF16X2 -> addPair(FloatFormat.BF16, old, b);
      case MIN_S32 -> Math.min(old, b);
      case MIN_U32 -> Integer.compareUnsigned(old, b) < 0 ? old : b;
      case MAX_S32 -> Math.max(old, b);
      case MAX_U32 -> Integer.compareUnsigned(old, b) > 0 ? old : b;
      case MIN_F16, MIN_F16X2 -> extremePair(Halves.F16, old, b, false);
      case MIN_BF16, MIN_BF16X2 -> extremePair(Halves.BF16, old, b, false);
      case MAX_F16, MAX_F16X2 -> extremePair(Halves.F16, old, b, true);
      case MAX_BF16, MAX_BF16X2 -> extremePair(Halves.BF16, old, b, true);
      case AND -> old & b;
      case OR -> old | b;
      case XOR -> old ^ b;
      case EXCHANGE -> b;
      case COMPARE -> old == b ? c : old;
      case INCREMENT -> Integer.compareUnsigned(old, b) >= 0 ? 0 : old + 1;
      case DECREMENT -> old == 0 || Integer.compareUnsigned(old, b) > 0 ? b : old - 1;
      default -> throw new IllegalStateException(this + " is not of 32 bits");
    };
  }

  private static int addFloat(int old, int b, boolean flushes) {
    return flushes
        ? Floats.flush(Floats.bits(Floats.value(Floats.flush(old)) + Floats.value(Floats.flush(b))))
        : Floats.bits(Floats.value(old) + Floats.value(b));
  }

  private static int addPair(FloatFormat format, int old, int b) {
    int low = format.encode(format.decode(old & 0xffff) + format.decode(b & 0xffff), Rounding.NEAREST_EVEN, false);
    int high = format.encode(format.decode(old >>> 16) + format.decode(b >>> 16), Rounding.NEAREST_EVEN, false);
    return high << 16 | low;
  }

  private static int extremePair(Halves format, int old, int b, boolean greatest) {
    return HalfArithmetic.extreme(format, old >>> 16, b >>> 16, 0, 0, 0, greatest) << 16
        | HalfArithmetic.extreme(format, old & 0xffff, b & 0xffff, 0, 0, 0, greatest);
  }

  /** The new value of 64 bits. */
  long apply(long old, long b, long c) {
    return switch (this) {
      case ADD_B64 -> old + b;
      case ADD_F64 ->
          Double.doubleToRawLongBits(Double.longBitsToDouble(old) + Double.longBitsToDouble(b));
      case MIN_S64 -> Math.min(old, b);
      case MIN_U64 -> Long.compareUnsigned(old, b) < 0 ? old : b;
      case MAX_S64 -> Math.max(old, b);
      case MAX_U64 -> Long.compareUnsigned(old, b) > 0 ? old : b;
      case AND -> old & b;
      case OR -> old | b;
      case XOR -> old ^ b;
      case EXCHANGE -> b;
      case COMPARE -> old == b ? c : old;
      default -> throw new IllegalStateException(this + " is not of 64 bits");
    };
  }
}
