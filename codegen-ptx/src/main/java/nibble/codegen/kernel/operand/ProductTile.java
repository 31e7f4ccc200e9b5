package nibble.codegen.kernel.operand;

import static nibble.codegen.layout.Dimension.REGISTER;
import static nibble.codegen.layout.Dimension.WARP;
import static nibble.codegen.layout.LinearLayout.broadcast;
import static nibble.codegen.layout.LinearLayout.identity;

import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.MmaFragment;
import nibble.codegen.layout.ScaleFragment;
import nibble.codegen.tile.Projection;
import nibble.ir.layout.MetadataTile;
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
 * @param warpgroups whether groups of four warps multiply from shared memory
 */
public record ProductTile(
    ProductFormat format, int m, int n, int k, int warpsM, int warpsN, int stages, boolean warpgroups) {
  private static final String ROWS = Dimension.tensor(0);
  private static final String COLUMNS = Dimension.tensor(1);
  /** Stages of shared memory that threads copy to. */
  public static final int STAGES = 3;
  /** A power of two, so that the bits of an iteration tell its stage. */
  private static final int RING_STAGES = 4;
  /** The widest swizzle, so the depth of a warpgroup's tile. */
  public static final int WARPGROUP_DEPTH_BITS = 128 * Byte.SIZE;
  /** The depth of a tile whose scales instructions apply. */
  private static final int SCALED_DEPTH_BITS = 128 * Byte.SIZE;

  /**
   * The tile for a product of that shape. Small tiles and those of which each is added to a second set of accumulators
   * are twice as deep, for their loops have little else to do between two barriers.
   *
   * @param rows extent M
   * @param columns extent N
   * @param depth extent K
   * @param scaleDepth over which all scales are the same; the deepest tile
   * @param promotes whether there are two sets of accumulators
   * @param warpgroups whether warpgroups may multiply large tiles
   */
  public static ProductTile of(
      ProductFormat format, Dim rows, Dim columns, Dim depth, long scaleDepth, boolean promotes, boolean warpgroups) {
    if (!format.onTensorCores()) {
      return new ProductTile(format, 64, 64, format.blockK(), 2, 2, STAGES, false);
    }
    boolean fewRows = rows.isConstant() && rows.constant() <= 64;
    int most = depth.isConstant() ? powerOfTwo(depth.constant()) : Integer.MAX_VALUE;
    int limit = format.appliesScales()
        // Registers of scales are full then.
        ? SCALED_DEPTH_BITS / format.bits()
        : Math.max(format.step(), (int) Math.min(most, scaleDepth));
    int shallow = Math.min(limit, format.blockK());
    int deep = format.appliesScales() ? limit : Math.min(limit, 2 * format.blockK());
    if (columns.isConstant() && columns.constant() <= 32) {
      return new ProductTile(format, fewRows || format.unpacks() ? 64 : 128, 32, deep, 4, 1, STAGES, false);
    }
    boolean large = columns.isConstant() && columns.constant() > 64 && !fewRows;
    if (large && warpgroups) {
      return new ProductTile(
          format, 128, 128, Math.min(limit, WARPGROUP_DEPTH_BITS / format.bits()), 8, 1, STAGES, true);
    }
    int ofLarge = promotes || format.appliesScales() ? deep : shallow;
    return large
        ? new ProductTile(format, 128, 128, ofLarge, 2, promotes ? 4 : 2, STAGES, false)
        : new ProductTile(format, 64, 64, deep, 2, 2, STAGES, false);
  }

  /** Groups along the depth of a tile that have scales of their own, where instructions apply them. */
  public int groups() {
    return k / format.scaleGroup();
  }

  /** Layout of the scales of the left operand in a tile, {@code -> (m, groups)}. */
  public LinearLayout scalesOfLeft() {
    return ScaleFragment.a(m, warpsM, warpsN, groups());
  }

  /** Layout of the scales of the right operand in a tile, {@code -> (n, groups)}. */
  public LinearLayout scalesOfRight() {
    return ScaleFragment.b(n, warpsM, warpsN, groups());
  }

  private static int powerOfTwo(long extent) {
    return (int) Math.min(1 << 30, Long.highestOneBit(2 * Math.max(1, extent) - 1));
  }

  /** Bytes of shared memory that the operands take. */
  public int sharedBytes() {
    return stages * (m + n) * k * format.bits() / Byte.SIZE;
  }

  /** The same with a ring of stages. */
  public ProductTile withRing() {
    return withStages(RING_STAGES);
  }

  /** The same with so many stages of shared memory. */
  public ProductTile withStages(int count) {
    return new ProductTile(format, m, n, k, warpsM, warpsN, count, warpgroups);
  }

  /** Warps of a block. */
  public int warps() {
    return warpsM * warpsN;
  }

  /** Layout of the accumulators, {@code -> (m, n)}. */
  public LinearLayout accumulators() {
    if (!format.onTensorCores()) {
      return BlockedLayout.of(new int[] {4, 4}, new int[] {8, 4}, new int[] {warpsM, warpsN}, 1, 0).toLayout(m, n);
    }
    return part().times(identity(REGISTER, m / partRows(), ROWS));
  }

  /** Layout of {@link #partRows} consecutive rows of accumulators: one row of instructions of each warp, or two. */
  public LinearLayout part() {
    if (!format.onTensorCores()) {
      return accumulators();
    }
    return MmaFragment.accumulator(16)
        .times(identity(REGISTER, n / warpsN / 8, COLUMNS))
        .times(identity(REGISTER, rowsOfWarp() / 16, ROWS))
        .times(identity(WARP, warpsM, ROWS))
        .times(identity(WARP, warpsN, COLUMNS));
  }

  /** Consecutive rows of a warp: as many as words of metadata are for. */
  private int rowsOfWarp() {
    return format.sparse() && !warpgroups ? MetadataTile.of(format.left()).rows() : 16;
  }

  /** The same tile, counted in stored elements of a compressed left operand. */
  public ProductTile stored() {
    return new ProductTile(format, m, n, format.sparse() ? k / 2 : k, warpsM, warpsN, stages, warpgroups);
  }

  /** Rows that the epilogue works on at a time, so that its values need few registers. */
  public int partRows() {
    return format.onTensorCores() ? rowsOfWarp() * warpsM : m;
  }

  /** Layout of a step of the left operand, {@code -> (m, k)}. */
  public LinearLayout left() {
    if (!format.onTensorCores()) {
      return Projection.project(accumulators(), 1).times(identity(REGISTER, format.step(), COLUMNS));
    }
    return MmaFragment.a(16, format.k(), format.bits())
        .times(identity(REGISTER, rowsOfWarp() / 16, ROWS))
        .times(identity(WARP, warpsM, ROWS))
        .times(identity(REGISTER, m / partRows(), ROWS))
        .times(broadcast(WARP, warpsN));
  }

  /** Layout of a step of the right operand, {@code -> (k, n)}. */
  public LinearLayout right() {
    if (!format.onTensorCores()) {
      return Projection.project(accumulators(), 0).times(identity(REGISTER, format.step(), ROWS));
    }
    return MmaFragment.b(format.step(), format.bits())
        .times(identity(REGISTER, n / warpsN / 8, COLUMNS))
        .times(broadcast(WARP, warpsM))
        .times(identity(WARP, warpsN, COLUMNS));
  }
}
