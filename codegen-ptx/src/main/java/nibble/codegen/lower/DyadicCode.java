package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;

/** Products of i32 and dyadic numbers, in 64 bits. */
record DyadicCode(KernelBuilder ptx) {
  private static final int MOST_SHIFT = 62;

  /** The product to nearest, ties away from zero, in the range of i32. */
  Register product(Register number, Register multiplier, Register shift) {
    Register bounded = ptx.op("max.s32", number, imm(-Integer.MAX_VALUE));
    Register magnitude = ptx.op("abs.s32", bounded);
    Register factor = ptx.op("max.s32", multiplier, imm(0));
    Register places = ptx.op("min.s32", ptx.op("max.s32", shift, imm(1)), imm(MOST_SHIFT));
    Register product = ptx.op("mul.wide.u32", magnitude, factor);
    // The bit that is left behind the point rounds up.
    Register halves = ptx.op("shr.u64", product, ptx.op("sub.s32", places, imm(1)));
    Register rounded = ptx.op("shr.u64", ptx.op("add.u64", halves, imm(1)), imm(1));
    Register narrow = ptx.op("cvt.u32.u64", ptx.op("min.u64", rounded, imm(Integer.MAX_VALUE)));
    Register isNegative = ptx.op("setp.lt.s32", number, imm(0));
    return ptx.op("selp.s32", ptx.op("neg.s32", narrow), narrow, isNegative);
  }
}
