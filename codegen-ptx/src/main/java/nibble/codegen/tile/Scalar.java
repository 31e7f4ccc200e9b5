package nibble.codegen.tile;

import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Erf;
import nibble.ir.op.Requantize;

/** The functions of single elements that tiles can be mapped with: one row each. Arguments and results are f64 here. */
public enum Scalar {
  // Arithmetic, on floats and on i32
  ADD(2, (a, b, c) -> a + b),
  SUB(2, (a, b, c) -> a - b),
  MUL(2, (a, b, c) -> a * b),
  DIV(2, (a, b, c) -> a / b),
  REM(2, (a, b, c) -> a % b),
  MIN(2, (a, b, c) -> Math.min(a, b)),
  MAX(2, (a, b, c) -> Math.max(a, b)),
  /** The quotient of two i32 that are not negative. */
  QUOTIENT(2, (a, b, c) -> Math.floor(a / b)),
  /** The remainder of two i32 that are not negative. */
  MODULO(2, (a, b, c) -> a % b),
  NEG(1, (a, b, c) -> -a),
  ABS(1, (a, b, c) -> Math.abs(a)),
  /** The low bits of an i32, as i8, u8 or i16. */
  WRAP_I8(1, (a, b, c) -> (byte) (long) a),
  WRAP_U8(1, (a, b, c) -> (long) a & 0xff),
  WRAP_I16(1, (a, b, c) -> (short) (long) a),
  /** An i32 times a multiplier, over 2 to the power of a shift, as {@link Requantize} has it but for the range. */
  DYADIC(3, (a, b, c) -> Requantize.product((long) a, (long) b, (int) c)),
  /** The two bits of an i32 from the bit on that the second tells. */
  TWO_BITS(2, (a, b, c) -> (int) (long) a >>> (int) b & 3),
  /** How many ones an i32 has below the bit that the second tells, which is at most 32. */
  ONES_BELOW(2, (a, b, c) -> Long.bitCount((long) a & (1L << (int) b) - 1)),
  /** The product of two f32 and the sum with a third, rounded once. */
  FMA(3, (a, b, c) -> a * b + c),
  // Functions of f32
  EXP2(1, (a, b, c) -> Math.pow(2, a)),
  EXP(1, (a, b, c) -> Math.exp(a)),
  LOG(1, (a, b, c) -> Math.log(a)),
  SQRT(1, (a, b, c) -> Math.sqrt(a)),
  RSQRT(1, (a, b, c) -> 1 / Math.sqrt(a)),
  RECIPROCAL(1, (a, b, c) -> 1 / a),
  TANH(1, (a, b, c) -> Math.tanh(a)),
  ERF(1, (a, b, c) -> Erf.erf(a)),
  ERFC(1, (a, b, c) -> Erf.erfc(a)),
  SIN(1, (a, b, c) -> Math.sin(a)),
  COS(1, (a, b, c) -> Math.cos(a)),
  POW(2, (a, b, c) -> Math.pow(a, b)),
  FLOOR(1, (a, b, c) -> Math.floor(a)),
  CEIL(1, (a, b, c) -> Math.ceil(a)),
  ROUND(1, (a, b, c) -> Math.rint(a)),
  /**
   * The least power of two from 2^-127 to 2^127 that is not less than a number of at least 0; the largest where there
   * is none, and NaN where it is not finite.
   */
  POWER_ABOVE(1, (a, b, c) -> Formats.UE8M0.decode(Formats.UE8M0.encode(
      Double.isFinite(a) ? Math.min(a, Formats.UE8M0.max()) : Double.NaN, Rounding.AWAY_FROM_ZERO))),
  /**
   * The power of two, from 2^-127 to 2^127, with the exponent of the first argument less that of the second. The third
   * is added to the mantissa of the first before, as 23 bits behind its leading one, and may carry. NaN where the first
   * is not finite.
   */
  SHARED_EXPONENT(3, Scalar::sharedExponent),
  /** The least number of {@code ue4m3} that is not less than one of at least 0; the largest where there is none. */
  UE4M3_ABOVE(1, (a, b, c) -> Formats.UE4M3.decode(Formats.UE4M3.encode(a, Rounding.AWAY_FROM_ZERO))),
  /** 1 over such a power, exactly. */
  INVERSE_POWER(1, (a, b, c) -> 1 / a),
  // Truth values
  EQ(2, (a, b, c) -> a == b ? 1 : 0),
  NE(2, (a, b, c) -> a != b ? 1 : 0),
  LT(2, (a, b, c) -> a < b ? 1 : 0),
  LE(2, (a, b, c) -> a <= b ? 1 : 0),
  GT(2, (a, b, c) -> a > b ? 1 : 0),
  GE(2, (a, b, c) -> a >= b ? 1 : 0),
  AND(2, (a, b, c) -> Math.min(a, b)),
  OR(2, (a, b, c) -> Math.max(a, b)),
  NOT(1, (a, b, c) -> 1 - a),
  /** The second where the first is true, else the third. */
  SELECT(3, (a, b, c) -> a != 0 ? b : c);

  /** The meaning of a row; arguments beyond its arity are ignored. */
  @FunctionalInterface
  public interface Meaning {
    double of(double a, double b, double c);
  }

  private final int arity;
  private final Meaning meaning;

  Scalar(int arity, Meaning meaning) {
    this.arity = arity;
    this.meaning = meaning;
  }

  private static double sharedExponent(double a, double b, double addend) {
    if (!Double.isFinite(a)) {
      return Double.NaN;
    }
    int exponent = Math.getExponent(a);
    double mantissa = Math.scalb(Math.scalb(a, -exponent) - 1, 23);
    int carried = mantissa + addend >= 0x1p23 ? exponent + 1 : exponent;
    return Math.scalb(1.0, Math.clamp(carried - Math.getExponent(b), -127, 127));
  }

  public int arity() {
    return arity;
  }

  public double apply(double a, double b, double c) {
    return meaning.of(a, b, c);
  }

  /** Whether it gives a truth value from operands of another format. */
  public boolean isComparison() {
    return ordinal() >= EQ.ordinal() && ordinal() <= GE.ordinal();
  }
}
