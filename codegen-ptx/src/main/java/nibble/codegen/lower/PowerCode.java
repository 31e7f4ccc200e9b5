package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;

/**
 * Powers of two from 2^-127 to 2^127 and NaN, the numbers of {@code ue8m0}, as f32: by the bits of the exponent, and
 * exactly. The least is a subnormal f32, so nothing here flushes.
 *
 * @param ptx where instructions go
 */
record PowerCode(KernelBuilder ptx) {
  private static final int MANTISSA_BITS = 23;
  private static final int MANTISSA = 0x7fffff;
  private static final int EXPONENT = 0x7f800000;
  /** Bits of 2^-127, of 2^127 and of NaN. */
  private static final int LEAST = 0x00400000;
  private static final int MOST = 0x7f000000;
  private static final int NAN = 0x7fffffff;
  private static final int NAN_CODE = 0xff;

  /**
   * The least power that is not less than a number, which is not negative: the largest where there is none, and NaN
   * where the number is not finite.
   */
  Register above(Register number) {
    Register bits = ptx.bitsOf(number);
    Register up = ptx.op("and.b32", ptx.op("add.s32", bits, imm(MANTISSA)), imm(EXPONENT));
    Register isLeast = ptx.op("setp.le.u32", bits, imm(LEAST));
    Register bounded = ptx.op("selp.b32", imm(LEAST), ptx.op("min.u32", up, imm(MOST)), isLeast);
    Register isBeyond = ptx.op("setp.ge.u32", bits, imm(EXPONENT));
    return ptx.floatOf(ptx.op("selp.b32", imm(NAN), bounded, isBeyond));
  }

  /**
   * The power with the exponent of a number, which is not negative, less that of a divisor; NaN where the number is not
   * finite.
   *
   * @param divisor whose exponent is subtracted, at least 1
   * @param addend what is added to the bits of the number before
   */
  Register shared(Register number, float divisor, int addend) {
    Register bits = ptx.bitsOf(number);
    Register carried = addend == 0 ? bits : ptx.op("add.s32", bits, imm(addend));
    Register whole = ptx.op("shr.u32", carried, imm(MANTISSA_BITS));
    Register exponent = ptx.op("sub.s32", whole, imm(Math.getExponent(divisor)));
    Register field = ptx.op("min.s32", ptx.op("max.s32", exponent, imm(0)), imm(NAN_CODE - 1));
    Register power = ptx.op("max.u32", ptx.op("shl.b32", field, imm(MANTISSA_BITS)), imm(LEAST));
    // What is no more than the least power carries to no other.
    Register isLeast = ptx.op("setp.le.u32", bits, imm(LEAST));
    Register bounded = ptx.op("selp.b32", imm(LEAST), power, isLeast);
    Register isBeyond = ptx.op("setp.ge.u32", bits, imm(EXPONENT));
    return ptx.floatOf(ptx.op("selp.b32", imm(NAN), bounded, isBeyond));
  }

  /** 1 over a power. */
  Register inverse(Register power) {
    Register bits = ptx.bitsOf(power);
    Register exponent = ptx.op("and.b32", bits, imm(EXPONENT));
    Register mirrored = ptx.op("sub.s32", ptx.op("mov.b32", imm(MOST)), exponent);
    Register bounded = ptx.op("max.u32", mirrored, imm(LEAST));
    Register isBeyond = ptx.op("setp.gt.u32", bits, imm(MOST));
    return ptx.floatOf(ptx.op("selp.b32", imm(NAN), bounded, isBeyond));
  }

  /** The code of a power. */
  Register encode(Register power) {
    return ptx.op("and.b32", ptx.op("shr.u32", ptx.bitsOf(power), imm(MANTISSA_BITS)), imm(NAN_CODE));
  }

  /** The power of a code, which is in the low 8 bits. */
  Register decode(Register code) {
    Register field = ptx.op("and.b32", code, imm(NAN_CODE));
    Register bounded = ptx.op("max.u32", ptx.op("shl.b32", field, imm(MANTISSA_BITS)), imm(LEAST));
    Register isNan = ptx.op("setp.eq.u32", field, imm(NAN_CODE));
    return ptx.floatOf(ptx.op("selp.b32", imm(NAN), bounded, isNan));
  }
}
