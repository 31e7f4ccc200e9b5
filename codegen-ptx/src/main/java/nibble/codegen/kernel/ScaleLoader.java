package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ChooseSwizzle;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.SharedStore;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Brings the scales of an operand that instructions apply from global memory to registers, by way of shared memory, beside
 * the operand's own tiles: for each row (or column) of a tile the scales of its groups along the depth. Those of larger
 * groups are repeated.
 */
final class ScaleLoader {
  private static final String GROUP = "group";
  private static final int LANES = 32;
  private static final int COPY_BYTES = 16;
  private static final int LEAST_COPY_BYTES = 4;

  private final Memory scaled;
  private final TensorType type;
  private final String outer;
  private final ImmutableList<IndexExpr> at;
  private final ImmutableList<Guard> guards;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final LinearLayout fragment;
  private final LinearLayout copyLayout;
  private final boolean isAsync;
  private final SharedType shared;
  private Value memory;

  /**
   * Decides how to load.
   *
   * @param scaled the operand
   * @param at coordinates of its elements
   * @param guard of the axis that is not the depth, where a tile may not meet it
   */
  ScaleLoader(
      Product product, ProductTile tile, boolean isLeft, Memory scaled, List<IndexExpr> at, ImmutableList<Guard> guard,
      ImmutableMap<String, SymbolBounds> symbols) {
    this.scaled = scaled;
    this.type = scaled.type().scaleType();
    this.outer = isLeft ? Product.ROW : Product.COLUMN;
    this.symbols = symbols;
    this.fragment = isLeft ? tile.scalesOfLeft() : tile.scalesOfRight();
    int groupsOfTile = tile.groups();
    int size = tile.format().scaleGroup();
    Dim groups = product.k().ceilDiv(size);
    IndexExpr depth = IndexExpr.variable(GROUP, groups).times(Dim.of(size));
    this.at = ImmutableList.copyOf(ElementEmitter.scaleCoordinates(
        scaled.type(), at.stream().map(index -> index.substitute(Map.of(OperandLoader.DEPTH, depth))).toList()));
    ImmutableList.Builder<Guard> all = ImmutableList.builder();
    all.addAll(guard);
    if (groups.dividedBy(Dim.of(groupsOfTile)).isEmpty()) {
      all.add(Guard.of(GROUP, groups));
    }
    this.guards = all.build();
    int vector = new GlobalMemory(null, null, guards, symbols)
        .vector(type.shape(), this.at, GROUP, Math.min(groupsOfTile, COPY_BYTES));
    this.isAsync = vector >= LEAST_COPY_BYTES;
    int rows = isLeft ? tile.m() : tile.n();
    this.copyLayout = copyLayout(rows, groupsOfTile, isAsync ? vector : 1, tile.warps());
    this.shared = new SharedType(type.format(), tile.stages(), sharedLayout(rows, groupsOfTile));
  }

  private static LinearLayout copyLayout(int rows, int groups, int vector, int warps) {
    int lanes = groups / vector;
    return BlockedLayout.of(new int[] {1, vector}, new int[] {LANES / lanes, lanes}, new int[] {warps, 1}, 1, 0)
        .toLayout(rows, groups);
  }

  /** A swizzle without bank conflicts. */
  private SharedLayout sharedLayout(int rows, int groups) {
    SharedLayout plain = SharedLayout.rowMajor(Byte.SIZE, rows, groups);
    return ChooseSwizzle.forAccesses(access(copyLayout, plain), access(fragment, plain));
  }

  private static SharedAccess access(LinearLayout layout, SharedLayout plain) {
    return SharedAccess.vector(layout, VectorAccess.of(layout, plain.layout(), Byte.SIZE, COPY_BYTES));
  }

  /** Allocates shared memory. */
  void allocate(TileBuilder builder) {
    memory = builder.add(new SharedAlloc(shared));
  }

  /** Fills a stage. What lies outside the operand gets the least scale, which its elements of 0 do not feel. */
  void fetch(TileBuilder builder, Value firstOuter, Value firstGroup, ImmutableMap<String, Index> others, Value stage) {
    Grid2 grid = new Grid2(copyLayout, outer, GROUP, others);
    grid = grid.with(ImmutableMap.of(
        outer, grid.along(builder, outer, firstOuter), GROUP, grid.along(builder, GROUP, firstGroup)));
    GlobalMemory from = new GlobalMemory(builder, grid, guards, symbols);
    Value scales = scaled.scales().orElseThrow();
    if (isAsync) {
      from.copy(scales, type.shape(), at, memory, stage);
    } else {
      Value loaded = from.load(scales, type.shape(), at);
      builder.effect(new SharedStore(), grid.spread(builder, loaded, new Extent(true, true)), memory, stage);
    }
  }

  /** The scales of a stage, as instructions take them. */
  Value fragment(TileBuilder builder, Value stage) {
    SharedLoad load = new SharedLoad(
        ImmutableList.of(0, 0), ImmutableList.of(0, 1), new TileType(shared.format(), fragment));
    return builder.add(load, memory, stage);
  }
}
