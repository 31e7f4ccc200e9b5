package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ChooseSwizzle;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LdmatrixPlan;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.SharedStore;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Brings one operand of a matrix product from global memory to fragments: a tile of shared memory for each stage,
 * filled by asynchronous copies where the operand lies in memory as it is needed, or through registers where something
 * has to be computed on the way or the copies would be too narrow. The axis that is contiguous in global memory is so
 * in shared memory.
 */
public final class OperandLoader {
  /** Name of the variable that counts along the depth of the product. */
  public static final String DEPTH = "k";

  private static final int LANES = 32;
  private static final int COPY_BYTES = 16;
  private static final int LEAST_COPY_BYTES = 4;

  private final NumberFormat format;
  private final LinearLayout fragment;
  private final String outer;
  private final boolean warpgroups;
  private final boolean depthIsFirst;
  private final boolean depthContiguous;
  private final LinearLayout copyLayout;
  private final boolean isAsync;
  private final Optional<MappedOperand> mapped;
  private final SharedType shared;
  private Value memory;
  private Value map;

  /**
   * Decides how to load.
   *
   * @param tile tiles of the product
   * @param isLeft whether it is the left operand
   * @param outer variable along the axis that is not the depth
   * @param access what is known of the operand's address
   * @param asItIs whether the operand lies in memory as the product needs it
   * @param computed how many neighbours a thread computes at a time where it does not
   */
  public OperandLoader(ProductTile tile, boolean isLeft, String outer, Access access, boolean asItIs, int computed) {
    this(tile, isLeft, outer, access, asItIs, computed, isLeft ? tile.left() : tile.right());
  }

  /**
   * The same with other fragments.
   *
   * @param fragment layout of a step of the operand
   */
  public OperandLoader(
      ProductTile tile, boolean isLeft, String outer, Access access, boolean asItIs, int computed,
      LinearLayout fragment) {
    this.format = tile.format().operand(isLeft);
    this.fragment = fragment;
    this.warpgroups = tile.warpgroups();
    this.depthIsFirst = !isLeft;
    this.outer = outer;
    int extent = isLeft ? tile.m() : tile.n();
    int least = LEAST_COPY_BYTES * Byte.SIZE / format.storageBits();
    int most = COPY_BYTES * Byte.SIZE / format.storageBits();
    int alongDepth = access.vector(DEPTH, most);
    int alongOuter = access.vector(outer, most);
    this.depthContiguous = alongDepth >= alongOuter;
    int vector = Math.max(alongDepth, alongOuter);
    this.isAsync = asItIs && vector >= least;
    this.mapped = asItIs && tile.warpgroups() ? access.mapped(columns(), rows()) : Optional.empty();
    int rows = depthContiguous ? extent : tile.k();
    int columns = depthContiguous ? tile.k() : extent;
    this.copyLayout = copyLayout(rows, columns, isAsync ? vector : Math.min(computed, most), tile.warps());
    this.shared = new SharedType(format, tile.stages(), sharedLayout());
  }

  /** What is known of the address of an operand. */
  @FunctionalInterface
  public interface Access {
    /** Of an operand that is not a view of one tensor. */
    Access NONE = (variable, most) -> 1;

    /** The widest vector of elements along a variable, at most that many; 1 where none is proven. */
    int vector(String variable, int most);

    /** How tensor copies tell it, by the variables along columns and rows of tiles; nothing where they can't. */
    default Optional<MappedOperand> mapped(String columns, String rows) {
      return Optional.empty();
    }
  }

  /** How threads share a tile that they copy. */
  public static LinearLayout copyLayout(int rows, int columns, int vector, int warps) {
    int lanes = Math.clamp(columns / vector, 1, LANES);
    return BlockedLayout
        .of(new int[] {1, vector}, new int[] {LANES / lanes, lanes}, new int[] {warps, 1}, 1, 0)
        .toLayout(rows, columns);
  }

  /** The fragment as a part of the shared tile: axes in its order. */
  private LinearLayout fragmentInShared() {
    return depthIsFirst == depthContiguous ? fragment.transpose(1, 0) : fragment;
  }

  /** A swizzle without bank conflicts, for the copy's writes and the fragment's reads, or one that descriptors tell. */
  private SharedLayout sharedLayout() {
    int[] extents = copyLayout.outputs().stream().mapToInt(Dimension::size).toArray();
    if (warpgroups) {
      int bits = format.storageBits();
      return SharedLayout.swizzled(
          SwizzleMode.ofRows(extents[1] * bits / Byte.SIZE), bits, extents[0], extents[1]);
    }
    SharedLayout plain = SharedLayout.rowMajor(format.storageBits(), extents);
    VectorAccess write = VectorAccess.of(copyLayout, plain.layout(), format.storageBits(), COPY_BYTES);
    LinearLayout part = fragmentInShared();
    LinearLayout whole = part.cover(extents);
    Optional<LdmatrixPlan> matrices = LdmatrixPlan.find(whole, plain);
    SharedAccess read = matrices
        .map(plan -> plan.transposed()
            ? SharedAccess.ldmatrixTransposed(whole, plan.matrices())
            : SharedAccess.ldmatrix(whole, plan.matrices(), format.storageBits()))
        .orElseGet(() -> SharedAccess.vector(
            whole, VectorAccess.of(whole, plain.layout(), format.storageBits(), COPY_BYTES)));
    return ChooseSwizzle.forAccesses(SharedAccess.vector(copyLayout, write), read);
  }

  /** Allocates shared memory. */
  public void allocate(TileBuilder builder) {
    memory = builder.add(new SharedAlloc(shared));
  }

  /** Allocates shared memory, and has a tensor map made. */
  public void allocateMapped(TileBuilder builder) {
    allocate(builder);
    int[] extents = copyLayout.outputs().stream().mapToInt(Dimension::size).toArray();
    int span = SwizzleMode.ofRows(extents[1] * format.storageBits() / Byte.SIZE).span();
    map = mapped.orElseThrow().map(builder, span * Byte.SIZE / format.storageBits(), extents[0], span);
  }

  /** Starts to fill a stage by tensor copies, given the first index along each variable. */
  public void copyMapped(TileBuilder builder, Map<String, Value> first, Value stage) {
    List<Value> operands = new ArrayList<>(List.of(map, memory, stage));
    operands.addAll(mapped.orElseThrow().coordinates(builder, first));
    builder.effect(new CopyTensor(), operands.toArray(Value[]::new));
  }

  /** Variable along the rows of the tile that is copied. */
  private String rows() {
    return depthContiguous ? outer : DEPTH;
  }

  private String columns() {
    return depthContiguous ? DEPTH : outer;
  }

  /** The grid of points that a copy covers, given the first index along each axis. */
  public Grid2 grid(TileBuilder builder, Value firstOuter, Value firstDepth, ImmutableMap<String, Index> others) {
    Grid2 grid = new Grid2(copyLayout, rows(), columns(), others);
    return grid.with(ImmutableMap.of(
        outer, grid.along(builder, outer, firstOuter), DEPTH, grid.along(builder, DEPTH, firstDepth)));
  }

  /** Fills a stage from what lies in memory. */
  public void copy(GlobalMemory from, Memory source, List<IndexExpr> at, Value stage) {
    from.copy(source.elements(), source.type().shape(), at, memory, stage);
  }

  /** Fills a stage with computed values. */
  public void store(TileBuilder builder, Grid2 grid, Value computed, Value stage) {
    Value full = grid.spread(builder, computed, new Extent(true, true));
    builder.effect(new SharedStore(), builder.cast(full, format, Rounding.NEAREST_EVEN), memory, stage);
  }

  /** Whether matrices of the tile can be read as they lie: of narrow elements, the depth must be contiguous. */
  public boolean fitsMatrices() {
    return depthContiguous || format.storageBits() == Short.SIZE;
  }

  /** The tiles in shared memory. */
  public Value memory() {
    return memory;
  }

  /** The axis of these tiles that is the depth. */
  public int depthAxis() {
    return depthContiguous ? 1 : 0;
  }

  /** Whether tiles come without passing through registers, so that they are waited for. */
  public boolean isAsync() {
    return isAsync;
  }

  /** Whether tensor copies can bring it. */
  public boolean isMapped() {
    return mapped.isPresent();
  }

  /** Loads the fragment of a step of the depth. */
  public Value fragment(TileBuilder builder, Value stage, int step) {
    TileType type = new TileType(format, fragment);
    int depth = step * type.extents().get(depthIsFirst ? 0 : 1);
    ImmutableList<Integer> start = depthIsFirst ? ImmutableList.of(depth, 0) : ImmutableList.of(0, depth);
    boolean swapped = depthIsFirst == depthContiguous;
    ImmutableList<Integer> axes = swapped ? ImmutableList.of(1, 0) : ImmutableList.of(0, 1);
    return builder.add(new SharedLoad(start, axes, type), memory, stage);
  }
}
