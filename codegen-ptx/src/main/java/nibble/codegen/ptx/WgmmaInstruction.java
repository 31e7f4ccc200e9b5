package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;

import com.google.common.collect.ImmutableList;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;

/**
 * A dense {@code wgmma.mma_async} of 64 rows, B in shared memory, and A there or in registers (PTX ISA 9.7.15).
 *
 * @param n columns
 * @param a the type of A's elements, such as {@code s8} or {@code bf16}
 * @param b the type of B's elements
 * @param accumulator the type of C and D: {@code f32} or {@code s32}
 * @param transposeA whether rows of A lie together in memory, not its depth; of 16-bit elements alone
 * @param transposeB whether columns of B do
 * @param fromRegisters whether A is in registers
 */
public record WgmmaInstruction(
    int n, String a, String b, String accumulator, boolean transposeA, boolean transposeB, boolean fromRegisters) {
  /** Rows of an instruction. */
  public static final int ROWS = 64;

  public WgmmaInstruction {
    checkArgument(bits(a) == 16 || !transposeA && !transposeB, "%s are not transposed", a);
    checkArgument(!fromRegisters || !transposeA, "registers are not transposed");
  }

  public String mnemonic() {
    return "wgmma.mma_async.sync.aligned.m64n" + n + "k" + k() + "." + accumulator + "." + a + "." + b;
  }

  /** The depth: 32 bytes. */
  public int k() {
    return 256 / bits(a);
  }

  /** The registers of A, where it is in registers: a fragment of {@code mma} of 16 rows in each warp. */
  public static final int LEFT_REGISTERS = 4;

  /** The registers of C or D. */
  public int accumulatorRegisters() {
    return n / 2;
  }

  /** Who holds C and D, 64 x n: {@code (register, lane, warp) -> (dim0, dim1)}. Each warp has 16 rows. */
  public LinearLayout layoutOfAccumulator() {
    return MmaFragment.accumulator(16)
        .times(LinearLayout.identity(REGISTER, n / 8, Dimension.tensor(1)))
        .times(LinearLayout.identity(WARP, ROWS / 16, Dimension.tensor(0)));
  }

  /** What follows the predicate: factors of 1, and whether operands are transposed, where the form has these. */
  ImmutableList<Operand> immediates() {
    ImmutableList.Builder<Operand> immediates = ImmutableList.builder();
    if (accumulator.equals("f32")) {
      immediates.add(Immediate.imm(1), Immediate.imm(1));
    }
    if (bits(a) == 16) {
      if (!fromRegisters) {
        immediates.add(Immediate.imm(transposeA ? 1 : 0));
      }
      immediates.add(Immediate.imm(transposeB ? 1 : 0));
    }
    return immediates.build();
  }

  private static int bits(String element) {
    return switch (element) {
      case "tf32" -> 32;
      case "f16", "bf16" -> 16;
      case "s8", "e4m3", "e5m2" -> 8;
      default -> throw new IllegalArgumentException("no wgmma of " + element);
    };
  }
}
