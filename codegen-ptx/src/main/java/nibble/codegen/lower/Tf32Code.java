package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;

/**
 * Rounds f32 to tf32, an f32 whose lowest 13 bits are zero. All targets have {@code cvt.rna.tf32.f32}, which rounds
 * ties away from zero (PTX ISA 9.7.9.21); {@code cvt.rn} is of sm_90 and later. To nearest even, numbers whose tie
 * would go up to an odd one become the next that is nearer to zero before, everywhere.
 *
 * @param ptx where instructions go
 */
record Tf32Code(KernelBuilder ptx) {
  private static final int DROPPED = Formats.TF32.zeroBits();
  /** Half of the last bit that is kept. */
  private static final int HALF = 1 << DROPPED - 1;

  Register round(Register value, FixedRounding rounding) {
    return switch (rounding) {
      case NEAREST_EVEN -> awayOnTies(ptx.floatOf(nearer(ptx.bitsOf(value))));
      case NEAREST_AWAY -> awayOnTies(value);
      case TOWARD_ZERO -> truncated(value);
    };
  }

  private Register awayOnTies(Register value) {
    return ptx.floatOf(ptx.op("cvt.rna.tf32.f32", value));
  }

  /** The bits, less 1 where they are halfway between an even number and an odd one that is larger. */
  private Register nearer(Register bits) {
    Register last = ptx.op("and.b32", bits, imm((1 << DROPPED + 1) - 1));
    Register isTie = ptx.op("setp.eq.s32", last, imm(HALF));
    return ptx.op("add.s32", bits, ptx.op("selp.b32", imm(-1), imm(0), isTie));
  }

  private Register truncated(Register value) {
    Register kept = ptx.floatOf(ptx.op("and.b32", ptx.bitsOf(value), imm(-1 << DROPPED)));
    return ptx.op("selp.f32", kept, value, ptx.op("setp.num.f32", value, value));
  }
}
