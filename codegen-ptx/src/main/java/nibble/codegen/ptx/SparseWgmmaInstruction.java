package nibble.codegen.ptx;

/**
 * A {@code wgmma.mma_async.sp} of 64 rows, both operands in shared memory: of A half of the elements are stored, and
 * metadata tell which (PTX ISA 9.7.15.6).
 *
 * @param dense the instruction that multiplies as many stored elements, half as deep
 */
public record SparseWgmmaInstruction(WgmmaInstruction dense) {
  public SparseWgmmaInstruction {
    InstructionTable.forms(mnemonic(dense));
  }

  public String mnemonic() {
    return mnemonic(dense);
  }

  private static String mnemonic(WgmmaInstruction dense) {
    return dense.mnemonic().replace("mma_async.sync", "mma_async.sp.sync").replaceFirst("k\\d+", "k" + 2 * dense.k());
  }

  /** The depth: 32 bytes of A, and 64 of B. */
  public int k() {
    return 2 * dense.k();
  }
}
