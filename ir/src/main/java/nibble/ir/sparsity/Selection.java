package nibble.ir.sparsity;

/** A rule that keeps elements of a matrix: that of a sparse layout, or {@link TransposableMask#select}. */
@FunctionalInterface
public interface Selection {
  /**
   * The elements that are kept.
   *
   * @param scores of all elements, row by row; the largest magnitudes are kept
   * @param columns of a row
   */
  boolean[] select(double[] scores, int columns);
}
