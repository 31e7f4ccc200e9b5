package nibble.codegen.cost;

import java.util.Optional;
import nibble.codegen.work.ModelledTime;
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
   * With fewer rows the model says why a sparse weight does not pay where it has few blocks: they wait for loads. With
   * more blocks it counts bytes alone, and does not know what makes the kernels slow that were measured on their own
   * (0.11 at one row, 0.59 at 64; the table in {@code docs/sparsity.md}).
   */
  public static final long LEAST_ROWS = 64;

  /** The model knows no better than that. */
  public static final double LEAST_GAIN = 1.1;

  /** Asks the model. */
  public static SparsityVerdict of(ProductModel model, ProductShape shape, SparseLayout layout) {
    ModelledTime dense = model.dense(shape);
    return model.sparse(shape, layout)
        .map(sparse -> new SparsityVerdict(dense, sparse, obstacle(shape, dense, sparse)))
        .orElseGet(() -> new SparsityVerdict(
            dense, dense, Optional.of("no sparse matrix instruction takes " + layout.text())));
  }

  private static Optional<String> obstacle(ProductShape shape, ModelledTime dense, ModelledTime sparse) {
    if (dense.microseconds() / sparse.microseconds() < LEAST_GAIN) {
      return Optional.of("the gain is less than a tenth: the sparse product waits for " + sparse.bound());
    }
    return shape.rows() < LEAST_ROWS
        ? Optional.of("with fewer than " + LEAST_ROWS + " rows, sparse kernels that were measured lose")
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
