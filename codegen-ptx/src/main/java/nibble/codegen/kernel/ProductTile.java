package nibble.codegen.kernel;

import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.broadcast;
import static nibble.codegen.layout.LinearLayout.identity;

import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.tile.Projection;
import nibble.ir.shape.Dim;

/**
 * Tiles of a matrix product and how they lie in registers.
 *
 * @param format how products are accumulated
 * @param m rows of a block's tile
 * @param n columns of a block's tile
 * @param k depth of a tile of shared memory
 * @param warpsM warps along rows
 * @param warpsN warps along columns
 * @param stages stages of shared memory
 */
record ProductTile(ProductFormat format, int m, int n, int k, int warpsM, int warpsN, int stages) {
  private static final String ROWS = Dimension.tensor(0);
  private static final String COLUMNS = Dimension.tensor(1);
  private static final int STAGES = 3;

  /**
   * The tile for a product of that shape.
   *
   * @param rows extent M
   * @param columns extent N
   * @param depth the deepest tile that scales allow
   * @param promotes whether there are two sets of accumulators
   */
  static ProductTile of(ProductFormat format, Dim rows, Dim columns, int depth, boolean promotes) {
    int k = Math.min(depth, format.blockK());
    if (!format.onTensorCores()) {
      return new ProductTile(format, 64, 64, k, 2, 2, STAGES);
    }
    if (columns.isConstant() && columns.constant() <= 32) {
      return new ProductTile(format, 64, 32, k, 4, 1, STAGES);
    }
    boolean large = columns.isConstant() && columns.constant() > 64 && !(rows.isConstant() && rows.constant() <= 64);
    return large
        ? new ProductTile(format, 128, 128, k, 2, promotes ? 4 : 2, STAGES)
        : new ProductTile(format, 64, 64, k, 2, 2, STAGES);
  }

  int warps() {
    return warpsM * warpsN;
  }

  /** Layout of the accumulators, {@code -> (m, n)}. */
  LinearLayout accumulators() {
    if (!format.onTensorCores()) {
      return BlockedLayout.of(new int[] {4, 4}, new int[] {8, 4}, new int[] {warpsM, warpsN}, 1, 0).toLayout(m, n);
    }
    return part().times(identity(REGISTER, m / partRows(), ROWS));
  }

  /** Layout of {@link #partRows} consecutive rows of accumulators: one row of instructions of each warp. */
  LinearLayout part() {
    if (!format.onTensorCores()) {
      return accumulators();
    }
    return MmaFragment.accumulator(16)
        .times(identity(REGISTER, n / warpsN / 8, COLUMNS))
        .times(identity(WARP, warpsM, ROWS))
        .times(identity(WARP, warpsN, COLUMNS));
  }

  /** Rows that the epilogue works on at a time, so that its values need few registers. */
  int partRows() {
    return format.onTensorCores() ? 16 * warpsM : m;
  }

  /** Layout of a step of the left operand, {@code -> (m, k)}. */
  LinearLayout left() {
    if (!format.onTensorCores()) {
      return Projection.project(accumulators(), 1).times(identity(REGISTER, format.step(), COLUMNS));
    }
    return MmaFragment.a(16, format.k(), format.operand().bits())
        .times(identity(WARP, warpsM, ROWS))
        .times(identity(REGISTER, m / partRows(), ROWS))
        .times(broadcast(WARP, warpsN));
  }

  /** Layout of a step of the right operand, {@code -> (k, n)}. */
  LinearLayout right() {
    if (!format.onTensorCores()) {
      return Projection.project(accumulators(), 0).times(identity(REGISTER, format.step(), ROWS));
    }
    return MmaFragment.b(format.k(), format.operand().bits())
        .times(identity(REGISTER, n / warpsN / 8, COLUMNS))
        .times(broadcast(WARP, warpsM))
        .times(identity(WARP, warpsN, COLUMNS));
  }
}
