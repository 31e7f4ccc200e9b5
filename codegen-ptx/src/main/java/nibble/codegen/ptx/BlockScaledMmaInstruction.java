package nibble.codegen.ptx;

import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;

/**
 * An {@code mma.sync} of 16 rows and 8 columns that multiplies each element by the scale of its group along the depth,
 * with f32 accumulators (PTX ISA 9.7.14.5.14, "block scaling"). A register of scales has four bytes, of which an
 * instruction takes {@link #groups}; of the lanes of a quad some supply those of A, some those of B.
 *
 * @param a the type of A's elements, such as {@code e4m3}
 * @param b the type of B's elements
 * @param scale the type of scales: {@code ue8m0} or {@code ue4m3}
 * @param group elements of the depth that share a scale
 */
public record BlockScaledMmaInstruction(String a, String b, String scale, int group) {
  /**
   * Tiles of 16 rows whose scales of A lie in one register of a warp: lanes 2i and 2i + 1 of each quad supply those of
   * tile i.
   */
  public static final int TILES_OF_A = 2;
  /**
   * Tiles of 8 columns whose scales of B lie in one register of a warp: lane i of each quad supplies those of tile i.
   */
  public static final int TILES_OF_B = 4;
  /** Scales in a register. */
  public static final int SCALES_OF_REGISTER = 4;

  public BlockScaledMmaInstruction {
    InstructionTable.forms(mnemonic(a, b, scale, group));
  }

  public String mnemonic() {
    return mnemonic(a, b, scale, group);
  }

  private static String mnemonic(String a, String b, String scale, int group) {
    int k = depth(a, b);
    String kind = k == 32 ? "mxf8f6f4" : "mxf4nvf4";
    return "mma.sync.aligned.m16n8k" + k + ".row.col.kind::" + kind + ".block_scale.scale_vec::" + k / group + "X.f32."
        + a + "." + b + ".f32." + scale;
  }

  private static int depth(String a, String b) {
    return a.equals("e2m1") && b.equals("e2m1") ? 64 : 32;
  }

  public int k() {
    return depth(a, b);
  }

  /** How many groups along the depth an instruction has. */
  public int groups() {
    return k() / group;
  }

  /** Who holds A, 16 x k. */
  public LinearLayout layoutOfA() {
    return MmaFragment.a(16, k(), 256 / k());
  }

  /** Who holds B, k x 8. */
  public LinearLayout layoutOfB() {
    return MmaFragment.b(k(), 256 / k());
  }

  /** Who holds C and D, 16 x 8. */
  public LinearLayout layoutOfAccumulator() {
    return MmaFragment.accumulator(16);
  }
}
