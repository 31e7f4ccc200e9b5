package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.ir.format.FloatFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Codes of floating-point formats of up to 8 bits from and to f32, by arithmetic that every target has. A code is in
 * the low bits of a register, whatever is above them.
 *
 * <p>A code moved to the place of an f32's exponent and mantissa is its value but for the bias of the exponent, which a
 * product with a power of two puts right, exactly and for subnormals too. To a code leads the same way back, after the
 * number has been rounded to a multiple of the gap of codes in its binade: adding and subtracting 1.5 times 2^23 gaps
 * does that, to nearest even.
 *
 * @param ptx where instructions go
 * @param format the format of codes
 */
record FloatCodes(KernelBuilder ptx, FloatFormat format) {
  private static final int F32_MANTISSA = 23;
  private static final int F32_BIAS = 127;
  private static final int F32_EXPONENT = 0x7f800000;
  private static final int ONE_AND_A_HALF = 0x400000;

  /** Bits of exponent and mantissa. */
  private int magnitudeBits() {
    return format.exponentBits() + format.mantissaBits();
  }

  private int magnitudeMask() {
    return (1 << magnitudeBits()) - 1;
  }

  private int shift() {
    return F32_MANTISSA - format.mantissaBits();
  }

  /** The least code that is no finite number, or more than all codes. */
  private int firstSpecial() {
    return (int) format.encode(format.max(), Rounding.NEAREST_EVEN) + 1;
  }

  /** The value of a code, as an f32. */
  Register decode(Register code) {
    Register magnitude = ptx.op("and.b32", code, imm(magnitudeMask()));
    Register moved = ptx.op("shl.b32", magnitude, imm(shift()));
    float factor = Math.scalb(1f, F32_BIAS - format.bias());
    Register value = ptx.op("mul.rn.f32", ptx.floatOf(moved), imm(factor));
    if (firstSpecial() <= magnitudeMask()) {
      Register isSpecial = ptx.op("setp.ge.u32", magnitude, imm(firstSpecial()));
      value = ptx.op("selp.f32", imm(Float.NaN), value, isSpecial);
      if (Double.isInfinite(format.decode(firstSpecial()))) {
        Register isInfinite = ptx.op("setp.eq.u32", magnitude, imm(firstSpecial()));
        value = ptx.op("selp.f32", imm(Float.POSITIVE_INFINITY), value, isInfinite);
      }
    }
    if (!format.signed()) {
      return value;
    }
    Register sign = ptx.op("shl.b32", ptx.op("and.b32", code, imm(1 << magnitudeBits())), imm(31 - magnitudeBits()));
    return ptx.floatOf(ptx.op("or.b32", ptx.bitsOf(value), sign));
  }

  /**
   * The code of a number, rounded to nearest even; what is too large becomes the largest, NaN stays where there is one.
   */
  Register encode(Register real) {
    Register bounded = bounded(real);
    return code(nearest(bounded, binade(bounded)), real);
  }

  /**
   * The same, rounded up from a fraction of a gap between codes on.
   *
   * @param threshold the fraction, above 0 and at most 1
   */
  Register encode(Register real, Operand threshold) {
    Register bounded = bounded(real);
    Register gap = gap(binade(bounded));
    // 1 over a power of two by its bits: the exponents add up to twice the bias.
    Register inverse = ptx.floatOf(ptx.op("sub.s32", ptx.op("mov.b32", imm(2 * F32_BIAS << F32_MANTISSA)), gap));
    Register gaps = new RoundingCode(ptx).round(ptx.op("mul.rn.f32", bounded, inverse), threshold);
    return code(ptx.op("mul.rn.f32", gaps, ptx.floatOf(gap)), real);
  }

  /** The least number of the format that is not less than one that is not negative, the largest or NaN; as an f32. */
  Register above(Register real) {
    Register bounded = bounded(real);
    Register binade = binade(bounded);
    Register nearest = nearest(bounded, binade);
    Register next = ptx.op("add.rn.f32", nearest, ptx.floatOf(gap(binade)));
    Register isLess = ptx.op("setp.lt.f32", nearest, bounded);
    Register above = ptx.op("selp.f32", next, nearest, isLess);
    return ptx.op("selp.f32", above, imm(Float.NaN), ptx.op("setp.num.f32", real, real));
  }

  /** The magnitude, at most the largest; 0 for what is negative where there are no negative codes. */
  private Register bounded(Register real) {
    Register magnitude = format.signed() ? ptx.op("abs.f32", real) : ptx.op("max.f32", real, imm(0f));
    return ptx.op("min.f32", magnitude, imm((float) format.max()));
  }

  /** The bits of the power of two below a magnitude; of the least normal number for what is less. */
  private Register binade(Register bounded) {
    Register exponent = ptx.op("and.b32", ptx.bitsOf(bounded), imm(F32_EXPONENT));
    return ptx.op("max.u32", exponent, imm(F32_BIAS + 1 - format.bias() << F32_MANTISSA));
  }

  /** The bits of the distance of numbers in a binade. */
  private Register gap(Register binade) {
    return ptx.op("sub.s32", binade, imm(format.mantissaBits() << F32_MANTISSA));
  }

  private Register nearest(Register bounded, Register binade) {
    Register magic = ptx.floatOf(ptx.op("add.s32", binade, imm((shift() << F32_MANTISSA) + ONE_AND_A_HALF)));
    return ptx.op("sub.rn.f32", ptx.op("add.rn.f32", bounded, magic), magic);
  }

  /** The code of a magnitude that is one of the format, and of the sign of a number; of NaN, where that is one. */
  private Register code(Register rounded, Register real) {
    Register scaled = ptx.op("mul.rn.f32", rounded, imm(Math.scalb(1f, format.bias() - F32_BIAS)));
    Register code = ptx.op("shr.u32", ptx.bitsOf(scaled), imm(shift()));
    if (firstSpecial() <= magnitudeMask()) {
      Register isNumber = ptx.op("setp.num.f32", real, real);
      code = ptx.op("selp.b32", code, imm(magnitudeMask()), isNumber);
    }
    if (!format.signed()) {
      return code;
    }
    Register moved = ptx.op("shr.u32", ptx.bitsOf(real), imm(31 - magnitudeBits()));
    Register sign = ptx.op("and.b32", moved, imm(1 << magnitudeBits()));
    return ptx.op("or.b32", code, sign);
  }

  /** Whether codes of a format can be computed so. */
  static boolean has(NumberFormat format) {
    return format instanceof FloatFormat narrow && narrow.bits() <= Byte.SIZE
        && narrow.exponentBits() > 1 && narrow.mantissaBits() > 0;
  }
}
