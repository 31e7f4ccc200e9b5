package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.ir.format.FloatFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Codes of floating-point formats of up to 8 bits from and to f32, by arithmetic that every target has. A code is in the
 * low bits of a register, whatever is above them.
 *
 * <p>A code moved to the place of an f32's exponent and mantissa is its value but for the bias of the exponent, which a
 * product with a power of two puts right, exactly and for subnormals too. To a code leads the same way back, after the
 * number has been rounded to a multiple of the gap of codes in its binade: adding and subtracting 1.5 times 2^23 gaps does
 * that, to nearest even.
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

  /** The code of a number, rounded to nearest even; what is too large becomes the largest, NaN stays where there is one. */
  Register encode(Register real) {
    Register magnitude = ptx.op("abs.f32", real);
    Register bounded = ptx.op("min.f32", magnitude, imm((float) format.max()));
    Register exponent = ptx.op("and.b32", ptx.bitsOf(bounded), imm(F32_EXPONENT));
    int least = F32_BIAS + 1 - format.bias() << F32_MANTISSA;
    Register binade = ptx.op("max.u32", exponent, imm(least));
    Register magic = ptx.floatOf(ptx.op("add.s32", binade, imm((shift() << F32_MANTISSA) + ONE_AND_A_HALF)));
    Register rounded = ptx.op("sub.rn.f32", ptx.op("add.rn.f32", bounded, magic), magic);
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
