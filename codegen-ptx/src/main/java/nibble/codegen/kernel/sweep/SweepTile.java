package nibble.codegen.kernel.sweep;

import java.util.Map;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.LinearLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.SymbolBounds;

/**
 * How a sweep is cut into tiles: so many fibres in a block, so many elements at a time, neighbours in memory on
 * neighbouring lanes. A fibre whose length is known and fits in registers is loaded once; a longer one is read again by
 * each step that needs it.
 *
 * @param fibres fibres of a tile
 * @param elements elements of a tile along a fibre
 * @param warps warps of a block
 * @param layout {@code -> (dim0, dim1)}; dim1 runs along memory
 * @param whole whether a tile holds whole fibres
 * @param flat whether blocks share one fibre, each taking a tile of it
 */
record SweepTile(int fibres, int elements, int warps, LinearLayout layout, boolean whole, boolean flat) {
  private static final int LANES = 32;
  private static final int WARP_FIBRE = 1024;
  private static final int BLOCK_FIBRE = 8192;
  private static final int CHUNK = 2048;
  private static final int WARPS = 4;

  /**
   * The tiles of a sweep.
   *
   * @param inByte how many elements share a byte that is stored, and so belong to one thread
   */
  static SweepTile of(Sweep sweep, boolean reduces, Map<String, SymbolBounds> symbols, int inByte) {
    if (!reduces && sweep.fibres().is(1)) {
      int vector = vector(sweep.length(), symbols);
      return along(1, WARPS * LANES * 2 * vector, vector, WARPS, false, true);
    }
    return sweep.isContiguous() ? contiguous(sweep, symbols) : strided(sweep, symbols, Math.max(2, inByte));
  }

  private static SweepTile contiguous(Sweep sweep, Map<String, SymbolBounds> symbols) {
    int vector = vector(sweep.length(), symbols);
    if (sweep.fibres().is(1)) {
      boolean whole = sweep.length().isConstant() && powerOfTwo(sweep.length()) <= CHUNK;
      return along(1, whole ? powerOfTwo(sweep.length()) : CHUNK, vector, 2 * WARPS, whole, false);
    }
    if (!sweep.length().isConstant()) {
      // One warp for each fibre, a vector for each lane at a time.
      return along(WARPS, LANES * vector, vector, WARPS, false, false);
    }
    int length = powerOfTwo(sweep.length());
    if (length <= WARP_FIBRE) {
      int lanes = Math.clamp(length / vector, 1, LANES);
      return along(WARPS * (LANES / lanes), Math.max(length, lanes * vector), vector, WARPS, true, false);
    }
    if (length <= BLOCK_FIBRE) {
      return along(1, length, vector, Math.max(WARPS, length / (16 * LANES)), true, false);
    }
    return along(1, CHUNK, vector, 2 * WARPS, false, false);
  }

  /** Lanes run along memory, which is across fibres; warps share a fibre's elements. */
  private static SweepTile strided(Sweep sweep, Map<String, SymbolBounds> symbols, int most) {
    int vector = Math.min(most, vector(sweep.shape().last(), symbols));
    int fibres = LANES * vector;
    int elements = WARPS * 2;
    LinearLayout layout = BlockedLayout
        .of(new int[] {1, vector}, new int[] {1, LANES}, new int[] {WARPS, 1}, 1, 0)
        .toLayout(elements, fibres);
    boolean whole = sweep.length().isConstant() && powerOfTwo(sweep.length()) <= elements;
    return new SweepTile(fibres, elements, WARPS, layout, whole, false);
  }

  private static SweepTile along(int fibres, int elements, int vector, int warps, boolean whole, boolean flat) {
    int lanes = Math.clamp(elements / vector, 1, LANES);
    int fibreWarps = Math.clamp(fibres * lanes / LANES, 1, warps);
    LinearLayout layout = BlockedLayout
        .of(new int[] {1, vector}, new int[] {LANES / lanes, lanes}, new int[] {fibreWarps, warps / fibreWarps}, 1, 0)
        .toLayout(fibres, elements);
    return new SweepTile(fibres, elements, warps, layout, whole, flat);
  }

  private static int vector(Dim extent, Map<String, SymbolBounds> symbols) {
    return (int) Math.clamp(Long.lowestOneBit(Divisibility.of(extent, symbols)), 1, 4);
  }

  private static int powerOfTwo(Dim length) {
    long constant = Math.max(1, Math.min(length.constant(), 1 << 29));
    return Integer.highestOneBit((int) (constant * 2 - 1));
  }
}
