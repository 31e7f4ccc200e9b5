package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;

/**
 * Rounding of magnitudes to integers by a threshold: up from a fraction of that and more, down below. Every step is
 * exact in f32, so that results are those of the definition: not {@code floor(x + 1 - threshold)}, whose sum may round.
 *
 * @param ptx where instructions go
 */
record RoundingCode(KernelBuilder ptx) {
  /** Ties away from zero. */
  static final Immediate HALF = imm(0.5f);
  /** Toward zero: no fraction is that large. */
  static final Immediate NEVER = imm(1f);

  /**
   * The integer, as an f32.
   *
   * @param magnitude not negative
   * @param threshold above 0, at most 1
   */
  Register round(Register magnitude, Operand threshold) {
    Register whole = ptx.op("cvt.rmi.f32.f32", magnitude);
    if (threshold.equals(NEVER)) {
      return whole;
    }
    Register fraction = ptx.op("sub.rn.f32", magnitude, whole);
    Register goesUp = ptx.op("setp.ge.f32", fraction, threshold);
    return ptx.op("add.rn.f32", whole, ptx.op("selp.f32", imm(1f), imm(0f), goesUp));
  }

  /** A number rounded so away from or toward zero, as an f32. */
  Register roundSigned(Register number, Operand threshold) {
    return ptx.op("copysign.f32", number, round(ptx.op("abs.f32", number), threshold));
  }

  /**
   * The threshold of stochastic rounding, {@code 1 - w / 2^r}, of the top r bits of a random word.
   *
   * @param bits r
   */
  Register threshold(Register word, int bits) {
    Register drawn = ptx.op("shr.u32", word, imm(Integer.SIZE - bits));
    Register left = ptx.op("sub.s32", ptx.op("mov.b32", imm(1L << bits)), drawn);
    return ptx.op("mul.rn.f32", ptx.op("cvt.rn.f32.u32", left), imm(Math.scalb(1f, -bits)));
  }
}
