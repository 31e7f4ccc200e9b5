package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;

/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", section 3.3 and table 2)
 * with a key that is known when the kernel is compiled.
 *
 * @param code where instructions go
 * @param seed first word of the key
 * @param stream second word of the key
 */
record PhiloxCode(Code code, int seed, int stream) {
  private static final int ROUNDS = 10;
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  /** {@code a ^ b ^ c}. */
  private static final int XOR = 0x96;

  /** The four words of the counter {@code (block, 0, level, 0)}. */
  ImmutableList<Register> words(Register block, int level) {
    Operand c0 = block;
    Operand c1 = imm(0);
    Operand c2 = imm(level);
    Operand c3 = imm(0);
    for (int round = 0; round < ROUNDS; round++) {
      Operand high0 = high(c0, MULTIPLIER_0);
      Operand high1 = high(c2, MULTIPLIER_1);
      Operand low0 = low(c0, MULTIPLIER_0);
      Operand low1 = low(c2, MULTIPLIER_1);
      c0 = xor(high1, c1, seed + round * WEYL_0);
      c2 = xor(high0, c3, stream + round * WEYL_1);
      c1 = low1;
      c3 = low0;
    }
    return ImmutableList.of(register(c0), register(c1), register(c2), register(c3));
  }

  private KernelBuilder ptx() {
    return code.ptx();
  }

  private Register register(Operand word) {
    return code.register(word, RegisterType.B32);
  }

  private Operand high(Operand a, int factor) {
    return a instanceof Immediate constant
        ? imm((int) ((constant.bits() & 0xffff_ffffL) * (factor & 0xffff_ffffL) >>> Integer.SIZE))
        : ptx().op("mul.hi.u32", a, imm(factor & 0xffff_ffffL));
  }

  private Operand low(Operand a, int factor) {
    return a instanceof Immediate constant
        ? imm((int) constant.bits() * factor)
        : ptx().op("mul.lo.u32", a, imm(factor & 0xffff_ffffL));
  }

  private Operand xor(Operand a, Operand b, int key) {
    if (a instanceof Immediate x && b instanceof Immediate y) {
      return imm((int) x.bits() ^ (int) y.bits() ^ key);
    }
    if (a instanceof Immediate x) {
      return ptx().op("xor.b32", b, imm(((int) x.bits() ^ key) & 0xffff_ffffL));
    }
    if (b instanceof Immediate y) {
      return ptx().op("xor.b32", a, imm(((int) y.bits() ^ key) & 0xffff_ffffL));
    }
    return ptx().op("lop3.b32", a, b, imm(key & 0xffff_ffffL), imm(XOR));
  }
}
