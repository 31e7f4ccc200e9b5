package nibble.codegen.kernel;

import nibble.codegen.layout.LinearLayout;
import nibble.ir.shape.Dim;

/**
 * Tiles of an attention: each warp has 16 queries.
 *
 * @param scores how products of queries and keys are accumulated
 * @param format how products of weights and values are
 * @param warps warps of a block
 * @param keys keys of a step
 * @param depth elements of queries and keys, a power of two
 * @param width elements of values, a power of two
 */
record AttentionTile(ProductFormat scores, ProductFormat format, int warps, int keys, int depth, int width) {
  private static final int STAGES = 2;
  /** Rows of a warp, and the least extent of a tile. */
  static final int LEAST = 16;
  /** Elements of a fragment of queries that stay in registers beside the accumulators. */
  private static final int KEPT = 64;

  static AttentionTile of(ProductFormat scores, ProductFormat format, AttentionSpace space) {
    int depth = Math.max(scores.step(), powerOfTwo(space.depth()));
    int width = powerOfTwo(space.width());
    int largest = Math.max(depth, width);
    // Scales of keys take registers, where there are many.
    int keys = largest > 128 || largest > 64 && space.hasScalesWithin(64) ? 32 : 64;
    if (space.keys().isConstant()) {
      keys = Math.min(keys, powerOfTwo(space.keys().constant()));
    }
    int warps = space.queries().isConstant()
        ? Math.clamp(powerOfTwo(space.queries().constant()) / LEAST, 1, 4) : 4;
    if (space.op().blocks().isPresent()) {
      // A block is whole tiles.
      warps = Math.min(warps, dividing(space.op().blocks().get().dim(0)) / LEAST);
      keys = Math.min(keys, dividing(space.op().blocks().get().dim(1)));
    }
    return new AttentionTile(scores, format, warps, keys, depth, width);
  }

  private static int powerOfTwo(long extent) {
    return (int) Math.max(LEAST, Long.highestOneBit(2 * extent - 1));
  }

  /** The largest power of two that divides an extent, up to 64. */
  private static int dividing(Dim extent) {
    return (int) Math.min(64, Long.lowestOneBit(extent.constant()));
  }

  int queries() {
    return LEAST * warps;
  }

  /** The tile of the first product; queries come once. */
  ProductTile ofQueries() {
    return new ProductTile(scores, queries(), keys, depth, warps, 1, 1, false);
  }

  /** The tile of the first product. */
  ProductTile ofKeys() {
    return new ProductTile(scores, queries(), keys, depth, warps, 1, STAGES, false);
  }

  /** The tile of the second product, whose depth are keys. */
  ProductTile ofValues() {
    return new ProductTile(format, queries(), width, keys, warps, 1, STAGES, false);
  }

  int stages() {
    return STAGES;
  }

  /** Layout of scores, {@code -> (query, key)}. */
  LinearLayout scoreLayout() {
    return ofKeys().accumulators();
  }

  /** Layout of sums of values, {@code -> (query, column)}. */
  LinearLayout sums() {
    return ofValues().accumulators();
  }

  /** Whether all of the queries' fragments stay in registers. */
  boolean keepsQueries() {
    return depth * scores.bits() <= KEPT * Short.SIZE;
  }
}
