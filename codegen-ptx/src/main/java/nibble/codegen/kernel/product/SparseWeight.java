package nibble.codegen.kernel.product;

import java.util.Optional;
import nibble.codegen.kernel.SparseElements;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.ir.TensorType;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.KeptColumns;
import nibble.ir.layout.MetadataTile;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.shape.Dim;

/**
 * A compressed matrix as the left operand of matrix instructions: a weight, outputs by depth, whose product is the
 * transposed one, with outputs as rows; or an activation, whose product is as it is. Of V:N:M and of blocks, the depth
 * is that of the kept columns, which the other operand is gathered by; blocks are dense, and so are the instructions.
 *
 * @param type the sparse type
 * @param isActivation whether it is the left operand of the product that the program has
 */
record SparseWeight(TensorType type, boolean isActivation) {
  /** Rows of an instruction. */
  private static final int ROWS = 16;

  /** Rows and columns of a small tile. */
  private static final int SMALL = 64;

  GroupPattern pattern() {
    return SparseElements.pattern(type.sparse().orElseThrow());
  }

  MetadataTile metadata() {
    return MetadataTile.of(type.format());
  }

  /** The layout where it is one of blocks. */
  Optional<BlockSparse> blocks() {
    return type.sparse().orElseThrow() instanceof BlockSparse blocks ? Optional.of(blocks) : Optional.empty();
  }

  int columns() {
    return Math.toIntExact(type.shape().last().constant());
  }

  /** Rows: outputs of a weight. */
  Dim outputs() {
    return type.shape().dim(0);
  }

  /** Whether the other operand is gathered by columns that blocks of rows keep. */
  boolean isGathered() {
    return type.sparse().orElseThrow() instanceof SparseLayouts.VNOfM || blocks().isPresent();
  }

  /** Rows that keep the same columns; many where all columns are kept. */
  int blockRows() {
    return Math.toIntExact(switch (type.sparse().orElseThrow()) {
      case SparseLayouts.VNOfM groups -> groups.v();
      case BlockSparse blocks -> blocks.rows();
      default -> 1 << 30;
    });
  }

  /** Columns of a block, of which four are kept. */
  int blockColumns() {
    return Math.toIntExact(type.sparse().orElseThrow().numbers().getLast());
  }

  /** The depth that instructions multiply: all columns, or those that are kept. */
  int depth() {
    if (blocks().isPresent()) {
      return Math.toIntExact(blocks().get().kept(columns()) * blocks().get().columns());
    }
    return isGathered() ? columns() / blockColumns() * KeptColumns.COUNT : columns();
  }

  /** Stored elements of a row. */
  int stored() {
    return blocks().isPresent() ? depth() : depth() / pattern().size() * pattern().kept();
  }

  /** Tiles of metadata along the rows. */
  Dim metadataRows() {
    return outputs().ceilDiv(metadata().rows());
  }

  /** Words of metadata in a row of tiles. */
  int metadataWords() {
    return Math.ceilDiv(depth() / pattern().size(), metadata().groups()) * MetadataTile.WORDS;
  }

  /**
   * Tiles of the product.
   *
   * @param columns of the product: rows of the other operand
   * @param scaleDepth over which all scales are the same
   * @param promotes whether there are two sets of accumulators
   * @param warpgroups whether warpgroups multiply from shared memory
   */
  ProductTile tile(ProductFormat format, Dim columns, long scaleDepth, boolean promotes, boolean warpgroups) {
    if (blocks().isPresent()) {
      int most = (int) Math.min(scaleDepth, Long.lowestOneBit(blocks().get().columns()));
      return warpgroups ? tileOfLargeBlocks(format, most) : tileOfBlocks(format, columns, most, promotes);
    }
    if (warpgroups) {
      return tileOfWarpgroups(format, columns, scaleDepth, promotes);
    }
    int most = Integer.lowestOneBit(blockRows());
    boolean large = isLarge(columns);
    int m = Math.min(most, large ? 128 : 64);
    int warpsM = Math.min(2, m / metadata().rows());
    int warpsN = (large && promotes ? 8 : 4) / warpsM;
    int k = tileDepth(format, 2 * format.blockK(), scaleDepth);
    return new ProductTile(format, m, large ? 128 : 64, k, warpsM, warpsN, ProductTile.STAGES, false);
  }

  /** Rows of a block for which there is a tile of warpgroups. */
  static final int WARPGROUP_ROWS = 64;

  /**
   * Each warpgroup has 64 rows, whose stored elements of a stage are up to 128 bytes; a single one has as many columns.
   */
  private ProductTile tileOfWarpgroups(ProductFormat format, Dim columns, long scaleDepth, boolean promotes) {
    int m = Math.min(Integer.lowestOneBit(blockRows()), isLarge(columns) ? 2 * WARPGROUP_ROWS : WARPGROUP_ROWS);
    int most = (promotes ? 1 : 2) * ProductTile.WARPGROUP_DEPTH_BITS / format.bits();
    return new ProductTile(
        format, m, m, tileDepth(format, most, scaleDepth), m / ROWS, 1, ProductTile.STAGES, true);
  }

  /** Whether a product has room for a large tile. */
  boolean isLarge(Dim columns) {
    return !(columns.isConstant() && columns.constant() <= SMALL)
        && !(outputs().isConstant() && outputs().constant() <= SMALL);
  }

  /** The depth of a tile, of those that divide the depth that metadata is padded to. */
  private int tileDepth(ProductFormat format, int most, long scaleDepth) {
    int step = format.step();
    int padded = Math.ceilDiv(depth(), step) * step;
    int k = most;
    while (k > step && (padded % k != 0 || k > scaleDepth)) {
      k /= 2;
    }
    return k;
  }

  /** Rows of the least tile of blocks: those of an instruction, or of fused multiply-adds. */
  static int leastRows(ProductFormat format) {
    return format.onTensorCores() ? ROWS : SMALL;
  }

  /** Tiles that lie within a row of blocks, and within a block along the depth. */
  private ProductTile tileOfBlocks(ProductFormat format, Dim columns, int mostDepth, boolean promotes) {
    int mostRows = Integer.lowestOneBit(blockRows());
    if (!format.onTensorCores()) {
      return new ProductTile(
          format, SMALL, SMALL, Math.min(mostDepth, format.blockK()), 2, 2, ProductTile.STAGES, false);
    }
    boolean large = isLarge(columns) && mostRows >= 2 * SMALL;
    int m = Math.min(mostRows, large ? 2 * SMALL : SMALL);
    int warpsM = Math.min(2, m / ROWS);
    int k = Math.min(mostDepth, large && !promotes ? format.blockK() : 2 * format.blockK());
    return new ProductTile(
        format, m, large ? 2 * SMALL : SMALL, k, warpsM, (large && promotes ? 8 : 4) / warpsM, ProductTile.STAGES,
        false);
  }

  /** The same by warpgroups. */
  private ProductTile tileOfLargeBlocks(ProductFormat format, int mostDepth) {
    int m = Math.min(Integer.lowestOneBit(blockRows()), 2 * WARPGROUP_ROWS);
    int k = Math.min(mostDepth, ProductTile.WARPGROUP_DEPTH_BITS / format.bits());
    return new ProductTile(format, m, m, k, m / ROWS, 1, ProductTile.STAGES, true);
  }
}
