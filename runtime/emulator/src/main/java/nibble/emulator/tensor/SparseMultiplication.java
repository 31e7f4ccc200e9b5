package nibble.emulator.tensor;

/** A multiplication whose left operand stores only the elements that its metadata name. */
public final class SparseMultiplication implements Multiplication {
  private final Multiplication inner;
  private final TileMap a;
  private final Sparsity sparsity;
  private final boolean isOrdered;

  /**
   * A sparse multiplication.
   *
   * @param isOrdered whether the metadata must name places in increasing order
   */
  public SparseMultiplication(Multiplication inner, TileMap a, Sparsity sparsity, boolean isOrdered) {
    this.inner = inner;
    this.a = a;
    this.sparsity = sparsity;
    this.isOrdered = isOrdered;
  }

  /** A lane whose row has metadata that are not legal, or -1. */
  public int illegalLane(int[] words, int metadata) {
    return sparsity.illegal(a, words, metadata, isOrdered);
  }

  @Override
  public void run(
      int[] words, long[] longs, int[] d, int[] a, int[] b, int[] c, int metadata, TensorScratch scratch) {
    inner.run(words, longs, d, a, b, c, metadata, scratch);
  }
}
