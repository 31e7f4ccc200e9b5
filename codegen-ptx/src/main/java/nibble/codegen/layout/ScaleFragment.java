package nibble.codegen.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;

/**
 * Who holds the scales of operands of block-scaled {@code mma.sync}, one byte each: {@code (register, lane, warp) ->
 * (dim0, dim1)}, rows of A or columns of B by groups along the depth. Four groups fill a 32-bit register. Of each quad
 * of lanes, numbered {@code t}, with {@code g = lane >> 2} (PTX ISA 9.7.14.3):
 *
 * <pre>
 * A, tiles of 16 rows: lane t has row g + 8 * (t &amp; 1) of tile t &gt;&gt; 1
 * B, tiles of 8 columns: lane t has column g of tile t
 * </pre>
 *
 * <p>Where a warp has fewer tiles than that, several lanes hold the same; where there are fewer than four groups, a
 * register has them more than once.
 */
public final class ScaleFragment {
  private static final int SCALES_OF_REGISTER = 4;

  private final List<int[]> registers = new ArrayList<>();
  private final List<int[]> lanes = new ArrayList<>();
  private final List<int[]> warps = new ArrayList<>();

  private ScaleFragment(int groups) {
    for (int group = 1; group < Math.max(groups, SCALES_OF_REGISTER); group *= 2) {
      registers.add(new int[] {0, group < groups ? group : 0});
    }
  }

  /**
   * Scales of A.
   *
   * @param rows rows of all warps
   * @param warpsM warps along rows, which take turns at tiles of 16 rows
   * @param warpsN warps along columns, which hold the same
   * @param groups groups along the depth, a power of two
   */
  public static LinearLayout a(int rows, int warpsM, int warpsN, int groups) {
    ScaleFragment fragment = new ScaleFragment(groups);
    int ofTiles = 16 * warpsM;
    fragment.lanes.add(new int[] {8, 0});
    fragment.lanes.add(new int[] {ofTiles < rows ? ofTiles : 0, 0});
    fragment.quads();
    fragment.units(fragment.registers, 2 * ofTiles, rows);
    fragment.units(fragment.warps, 16, ofTiles);
    fragment.units(fragment.warps, 0, warpsN);
    return fragment.layout(rows, groups);
  }

  /**
   * Scales of B.
   *
   * @param columns columns of all warps
   * @param warpsM warps along rows, which hold the same
   * @param warpsN warps along columns, each of which has neighbouring tiles of 8
   * @param groups groups along the depth, a power of two
   */
  public static LinearLayout b(int columns, int warpsM, int warpsN, int groups) {
    ScaleFragment fragment = new ScaleFragment(groups);
    int ofWarp = columns / warpsN;
    fragment.lanes.add(new int[] {8 < ofWarp ? 8 : 0, 0});
    fragment.lanes.add(new int[] {16 < ofWarp ? 16 : 0, 0});
    fragment.quads();
    fragment.units(fragment.registers, 32, ofWarp);
    fragment.units(fragment.warps, 0, warpsM);
    fragment.units(fragment.warps, ofWarp, columns);
    return fragment.layout(columns, groups);
  }

  private void quads() {
    units(lanes, 1, 8);
  }

  /** Powers of two from one number below another; from 0, as many zeros as that has bits. */
  private void units(List<int[]> images, int from, int below) {
    for (int unit = from == 0 ? 1 : from; unit < below; unit *= 2) {
      images.add(new int[] {from == 0 ? 0 : unit, 0});
    }
  }

  private LinearLayout layout(int rows, int groups) {
    return LinearLayout.of(
        ImmutableMap.of(Dimension.REGISTER, registers, Dimension.LANE, lanes, Dimension.WARP, warps),
        ImmutableList.of(Dimension.ofSize(Dimension.tensor(0), rows), Dimension.ofSize(Dimension.tensor(1), groups)));
  }
}
