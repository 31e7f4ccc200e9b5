package nibble.codegen.ptx;

import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;

/**
 * An {@code mma.sp} of 16 rows and 8 columns, of the greatest depth: of A half of the elements are stored, and metadata
 * tell which (PTX ISA 9.7.14.6).
 *
 * @param dense the instruction that multiplies as many stored elements, half as deep
 */
public record SparseMmaInstruction(MmaInstruction dense) {
  public SparseMmaInstruction {
    InstructionTable.forms(mnemonic(dense));
  }

  /** The instruction for elements of these types. */
  public static SparseMmaInstruction of(String a, String b, String accumulator) {
    return new SparseMmaInstruction(MmaInstruction.of(a, b, accumulator));
  }

  public String mnemonic() {
    return mnemonic(dense);
  }

  private static String mnemonic(MmaInstruction dense) {
    return sparse(dense.mnemonic(), dense.k());
  }

  /** The mnemonic of a dense instruction of depth k, for twice that depth. */
  private static String sparse(String mnemonic, int k) {
    return mnemonic.replace("mma.sync", "mma.sp::ordered_metadata.sync").replace("n8k" + k, "n8k" + 2 * k);
  }

  /**
   * The mnemonic of an instruction that applies scales, each of twice as many elements of the depth as those of the
   * dense one (PTX ISA 9.7.14.6.3).
   */
  static String scaled(BlockScaledMmaInstruction dense) {
    return sparse(dense.mnemonic(), dense.k());
  }

  public int k() {
    return 2 * dense.k();
  }

  /** Who holds the stored elements of A, 16 x k / 2. */
  public LinearLayout layoutOfA() {
    return dense.layoutOfA();
  }

  /** Who holds B, k x 8. */
  public LinearLayout layoutOfB() {
    return MmaFragment.b(k(), dense.elementBits());
  }

  /** Who holds C and D, 16 x 8. */
  public LinearLayout layoutOfAccumulator() {
    return dense.layoutOfAccumulator();
  }
}
