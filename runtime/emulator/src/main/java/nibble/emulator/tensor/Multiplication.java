package nibble.emulator.tensor;

/** A matrix multiply-add of a warp: {@code d = a * b + c}. Immutable, and used by many warps at a time. */
public interface Multiplication {
  /**
   * Multiplies.
   *
   * @param words the warp's registers of 32 bits
   * @param longs its registers of 64 bits, where double-precision operands are
   * @param d offsets of the result's registers; these may be operands, too
   * @param metadata offset of the register with the sparsity metadata; unused by dense ones
   * @param scratch memory that nobody else uses meanwhile
   */
  void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch scratch);
}
