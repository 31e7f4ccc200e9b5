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

  /** Of {@link #runAgain}: the left operand. */
  int LEFT = 1;

  /** Of {@link #runAgain}: the right operand. */
  int RIGHT = 2;

  /**
   * Multiplies operands that the warp has multiplied before, with this scratch memory, and has not changed since; only
   * other operands came between.
   *
   * @param known which of them: the sum of {@link #LEFT} and {@link #RIGHT}, or one of these
   */
  default void runAgain(
      int known, int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, TensorScratch scratch) {
    run(words, longs, d, a, b, c, 0, scratch);
  }
}
