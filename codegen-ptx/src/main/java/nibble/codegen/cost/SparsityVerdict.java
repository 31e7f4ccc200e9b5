package nibble.codegen.cost;

import java.util.Optional;
import nibble.ir.layout.SparseLayout;

/**
 * Whether a sparse weight pays.
 *
 * @param dense modelled time with the dense weight
 * @param sparse with the sparse one
 * @param obstacle why it does not pay, if it does not
 */
public record SparsityVerdict(ModelledTime dense, ModelledTime sparse, Optional<String> obstacle) {
  /**
   * With fewer rows, published kernels lose what the bytes of the weight promise: they are padded to tiles, and have
   * few loads under way (0.11 at one row, 0.59 at 64; the table in {@code docs/sparsity.md}).
   */
  public static final long LEAST_ROWS = 64;

  /** The model knows no better than that. */
  public static final double LEAST_GAIN = 1.1;

  /** Asks the model. */
  public static SparsityVerdict of(ProductModel model, ProductShape shape, SparseLayout layout) {
    ModelledTime dense = model.dense(shape);
    ModelledTime sparse = model.sparse(shape, layout);
    return new SparsityVerdict(dense, sparse, obstacle(model, shape, layout, dense, sparse));
  }

  private static Optional<String> obstacle(
      ProductModel model, ProductShape shape, SparseLayout layout, ModelledTime dense, ModelledTime sparse) {
    if (!model.takes(layout)) {
      return Optional.of("no sparse matrix instruction takes " + layout.text());
    }
    if (shape.rows() < LEAST_ROWS) {
      return Optional.of("with fewer than " + LEAST_ROWS + " rows, sparse kernels that were measured lose");
    }
    return dense.microseconds() / sparse.microseconds() < LEAST_GAIN
        ? Optional.of("the gain is less than a tenth: the sparse product waits for " + sparse.bound())
        : Optional.empty();
  }

  public boolean pays() {
    return obstacle.isEmpty();
  }

  /** How many times as fast the sparse product is. */
  public double gain() {
    return dense.microseconds() / sparse.microseconds();
  }
}
