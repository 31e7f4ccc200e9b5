package nibble.codegen.kernel;

import nibble.ir.TensorType;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.KeptColumns;
import nibble.ir.layout.MetadataTile;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.shape.Dim;

/**
 * A compressed matrix as the left operand of sparse matrix instructions: a weight, outputs by depth, whose product is the
 * transposed one, with outputs as rows; or an activation, whose product is as it is. Of V:N:M, the depth is that of the kept columns, which the other operand is
 * gathered by.
 *
 * @param type the sparse type
 * @param isActivation whether it is the left operand of the product that the program has
 */
record SparseWeight(TensorType type, boolean isActivation) {
  GroupPattern pattern() {
    return SparseElements.pattern(type.sparse().orElseThrow());
  }

  MetadataTile metadata() {
    return MetadataTile.of(type.format());
  }

  private int columns() {
    return Math.toIntExact(type.shape().last().constant());
  }

  /** Rows: outputs of a weight. */
  Dim outputs() {
    return type.shape().dim(0);
  }

  /** Whether the other operand is gathered by columns that blocks of rows keep. */
  boolean isGathered() {
    return type.sparse().orElseThrow() instanceof SparseLayouts.VNOfM;
  }

  /** Rows that keep the same columns; many where all columns are kept. */
  int blockRows() {
    return type.sparse().orElseThrow() instanceof SparseLayouts.VNOfM blocks
        ? Math.toIntExact(blocks.v()) : 1 << 30;
  }

  /** Columns of a block, of which four are kept. */
  int blockColumns() {
    return Math.toIntExact(type.sparse().orElseThrow().numbers().getLast());
  }

  /** The depth that instructions multiply: all columns, or those that are kept. */
  int depth() {
    return isGathered() ? columns() / blockColumns() * KeptColumns.COUNT : columns();
  }

  /** Stored elements of a row. */
  int stored() {
    return depth() / pattern().size() * pattern().kept();
  }

  /** Tiles of metadata along the rows. */
  Dim metadataRows() {
    return outputs().ceilDiv(metadata().rows());
  }

  /** Words of metadata in a row of tiles. */
  int metadataWords() {
    return Math.ceilDiv(depth() / pattern().size(), metadata().groups()) * MetadataTile.WORDS;
  }

  /** Whether the depth that there is metadata for is made of tiles, of which scales of instructions fill registers. */
  boolean fillsTiles(ProductFormat format) {
    return Math.ceilDiv(depth(), format.step()) * format.step() % (2 * format.blockK()) == 0;
  }

  /**
   * Tiles of the product.
   *
   * @param columns of the product: rows of the other operand
   * @param scaleDepth over which all scales are the same
   * @param promotes whether there are two sets of accumulators
   */
  ProductTile tile(ProductFormat format, Dim columns, long scaleDepth, boolean promotes) {
    boolean fewColumns = columns.isConstant() && columns.constant() <= 64;
    int most = Integer.lowestOneBit(blockRows());
    boolean fewRows = outputs().isConstant() && outputs().constant() <= 64;
    boolean large = !fewRows && !fewColumns;
    int m = Math.min(most, large ? 128 : 64);
    int warpsM = Math.min(2, m / metadata().rows());
    int warpsN = (large && promotes ? 8 : 4) / warpsM;
    int step = format.step();
    int padded = Math.ceilDiv(depth(), step) * step;
    int k = 2 * format.blockK();
    while (!format.appliesScales() && k > step && (padded % k != 0 || k > scaleDepth)) {
      k /= 2;
    }
    return new ProductTile(format, m, large ? 128 : 64, k, warpsM, warpsN, ProductTile.STAGES, false);
  }
}
