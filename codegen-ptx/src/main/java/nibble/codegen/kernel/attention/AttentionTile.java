package nibble.codegen.kernel.attention;

import java.util.Optional;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.layout.LinearLayout;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;

/**
 * Tiles of an attention.
 *
 * @param scores how products of queries and keys are accumulated
 * @param format how products of weights and values are
 * @param warps warps of a block
 * @param each queries of a warp
 * @param keys keys of a step
 * @param depth elements of queries and keys, a power of two
 * @param width elements of values, a power of two
 * @param stepSums format in which products of a step are summed by themselves, where they are
 */
record AttentionTile(
    ProductFormat scores, ProductFormat format, int warps, int each, int keys, int depth, int width,
    Optional<NumberFormat> stepSums) {
  private static final int STAGES = 2;
  /** Bytes of shared memory that each of two blocks of a multiprocessor of sm_80 may have. */
  private static final int HALF_OF_SHARED = 81 << 10;
  /** Rows of a fragment, and the least extent of a tile. */
  static final int LEAST = 16;
  private static final int WARPS = 4;
  /** Threads that share a row of an accumulator, and the neighbours that each of them has. */
  static final int THREADS = 4;
  private static final int NEIGHBOURS = 2;
  /** Elements of a fragment of queries that stay in registers beside the accumulators. */
  private static final int KEPT = 64;

  static AttentionTile of(AttentionFormats formats, AttentionSpace space) {
    ProductFormat scores = formats.scores();
    ProductFormat format = formats.values();
    int depth = Math.max(scores.step(), powerOfTwo(space.depth()));
    int width = powerOfTwo(space.width());
    int largest = Math.max(depth, width);
    // Scales of keys take registers, where there are many.
    boolean isShort = largest > 128 || largest > 64 && space.hasScalesWithin(64);
    // Codes of weights depend on where steps start.
    int keys = space.op().scheme().map(scheme -> scheme.lowBit().step()).orElse(isShort ? 32 : 64);
    if (space.keys().isConstant()) {
      keys = Math.min(keys, Math.max(format.step(), powerOfTwo(space.keys().constant())));
    }
    int warps = space.queries().isConstant()
        ? Math.clamp(powerOfTwo(space.queries().constant()) / LEAST, 1, WARPS) : WARPS;
    // Masks and short steps leave too few registers, and so do queries that stay, or more than one scale of keys.
    boolean isLean = largest <= KEPT || !space.isScaled() || space.op().scheme().isPresent()
        || depth > KEPT && space.sharesScale(keys);
    boolean isTall = isLean && warps == WARPS && largest <= formats.tallest() && keys == 64
        && space.mask().isEmpty() && space.lengths().isEmpty() && space.op().filter().isEmpty()
        && (space.op().fill().isEmpty() || !space.isScaled())
        && !(space.queries().isConstant() && space.queries().constant() <= LEAST * WARPS);
    if (space.op().blocks().isPresent()) {
      // A block is whole tiles.
      int most = dividing(space.op().blocks().get().dim(0));
      warps = Math.min(warps, most / LEAST);
      isTall = isTall && most >= 2 * LEAST * WARPS;
      keys = Math.min(keys, dividing(space.op().blocks().get().dim(1)));
    }
    return new AttentionTile(
        scores, format, warps, isTall ? 2 * LEAST : LEAST, keys, depth, width, formats.stepSums());
  }

  private static int powerOfTwo(long extent) {
    return (int) Math.max(LEAST, Long.highestOneBit(2 * extent - 1));
  }

  /** The largest power of two that divides an extent. */
  private static int dividing(Dim extent) {
    return (int) Math.min(Integer.MAX_VALUE / 2 + 1, Long.lowestOneBit(extent.constant()));
  }

  int queries() {
    return each * warps;
  }

  /** Whether a warp has the queries of two fragments. */
  boolean isTall() {
    return each > LEAST;
  }

  /** The tile of the first product; queries come once. */
  ProductTile ofQueries() {
    return new ProductTile(scores, queries(), keys, depth, warps, 1, 1, false);
  }

  /** The tile of the first product. */
  ProductTile ofKeys() {
    return new ProductTile(scores, queries(), keys, depth, warps, 1, stagesOfKeys(), false);
  }

  /** The tile of the second product, whose depth are keys. */
  ProductTile ofValues() {
    return new ProductTile(format, queries(), width, keys, warps, 1, hasOneStepOfValues() ? 1 : STAGES, false);
  }

  /**
   * Whether shared memory has the values of one step only, which come while scores are computed, so that two blocks
   * fit.
   */
  boolean hasOneStepOfValues() {
    int bits = queries() * depth * scores.bits() + STAGES * keys * (depth * scores.bits() + width * format.bits());
    return bits / Byte.SIZE > HALF_OF_SHARED && !format.appliesScales();
  }

  int stages() {
    return STAGES;
  }

  /**
   * Layout of scores, {@code -> (query, key)}: that of a left operand of the second product. A thread has so many
   * neighbours there as fit a register, and two for each eight columns of accumulators; so column {@code 8 j + 2 t + e}
   * is the product with key {@code n t + 2 j + e}, of each {@code 4 n} keys.
   */
  LinearLayout scoreLayout() {
    return ofKeys(ofKeys().accumulators());
  }

  /** Neighbours along the keys that a thread has of scores. */
  int neighbours() {
    return Integer.SIZE / format.bits();
  }

  /**
   * Whether shared memory has the keys of one step only: of groups that become f16 on their way threads bring them, and
   * nobody else works meanwhile.
   */
  boolean hasOneStepOfKeys() {
    return widensGroups() && depth > KEPT;
  }

  private int stagesOfKeys() {
    return hasOneStepOfKeys() ? 1 : STAGES;
  }

  /** Whether groups of codes become what they stand for before they are multiplied. */
  boolean widensGroups() {
    return scores.unpacks() && scores.left().equals(Formats.F16);
  }

  /** Bytes of shared memory of operands. */
  int sharedBytes() {
    int values = (hasOneStepOfValues() ? 1 : STAGES) * keys * width * format.bits();
    return (queries() * depth * scores.bits() + stagesOfKeys() * keys * depth * scores.bits() + values) / Byte.SIZE;
  }

  /** Whether columns of the first product are keys in another order than they lie in. */
  boolean permutesKeys() {
    return neighbours() > NEIGHBOURS;
  }

  /** A layout whose columns are those of accumulators, by the keys that they are products with. */
  private LinearLayout ofKeys(LinearLayout columns) {
    int rows = columns.outputs().getFirst().size();
    int pairs = neighbours() / NEIGHBOURS;
    return columns.reshape(rows, keys / (THREADS * neighbours()), pairs, THREADS, NEIGHBOURS)
        .transpose(0, 1, 3, 2, 4).reshape(rows, keys);
  }

  /** The layout of scales of keys, {@code -> (key, group)}, those of instructions in the order of keys. */
  LinearLayout keyScales() {
    LinearLayout columns = ofKeys().scalesOfRight();
    return ofKeys(columns.transpose(1, 0)).transpose(1, 0);
  }

  /** Layout of a step of keys as a right operand, {@code -> (element, key)}. */
  LinearLayout keyFragment() {
    return ofKeys(ofKeys().right());
  }

  /** Layout of sums of values, {@code -> (query, column)}. */
  LinearLayout sums() {
    return ofValues().accumulators();
  }

  /** Whether all of the queries' fragments stay in registers. */
  boolean keepsQueries() {
    return depth * scores.bits() <= (each > LEAST && width > KEPT ? KEPT / 2 : KEPT) * Short.SIZE;
  }
}
