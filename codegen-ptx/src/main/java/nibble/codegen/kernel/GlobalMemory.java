package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.VectorWidth;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Advance;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Store;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Accesses to global memory at coordinates: offsets, masks, and how many elements are proven to be one access.
 */
public final class GlobalMemory {
  private static final int MAX_BYTES = 16;

  /**
   * A condition that iteration points inside the tensors meet.
   *
   * @param index is less than
   * @param bound this
   */
  public record Guard(IndexExpr index, Dim bound) {
    /**
     * A variable is less than its extent. It is named even where the extent is 1 and index expressions leave it out: a
     * tile has other points than 0 all the same.
     */
    public static Guard of(String variable, Dim extent) {
      return new Guard(IndexExpr.variable(variable, extent.is(1) ? Dim.of(2) : extent), extent);
    }

    /** The only variable of a guard of that kind. */
    public String variable() {
      return Iterables.getOnlyElement(Grid2.names(index));
    }
  }

  private final TileBuilder builder;
  private final Grid2 grid;
  private final ImmutableList<Guard> guards;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final Optional<Value> condition;
  private final Map<Guard, Value> masks = new HashMap<>();

  /**
   * Accesses from a block of operations.
   *
   * @param builder null where only vectors are asked for
   * @param grid null where only vectors are asked for
   */
  public GlobalMemory(
      TileBuilder builder, Grid2 grid, ImmutableList<Guard> guards, ImmutableMap<String, SymbolBounds> symbols) {
    this(builder, grid, guards, symbols, Optional.empty());
  }

  private GlobalMemory(
      TileBuilder builder, Grid2 grid, ImmutableList<Guard> guards, ImmutableMap<String, SymbolBounds> symbols,
      Optional<Value> condition) {
    this.builder = builder;
    this.grid = grid;
    this.guards = guards;
    this.symbols = symbols;
    this.condition = condition;
  }

  /** The same accesses in a nested block, on another grid. */
  public GlobalMemory on(TileBuilder inner, Grid2 innerGrid) {
    return new GlobalMemory(inner, innerGrid, guards, symbols, condition);
  }

  /** The same accesses within one more guard. */
  public GlobalMemory within(Guard guard) {
    ImmutableList<Guard> all = ImmutableList.<Guard>builder().addAll(guards).add(guard).build();
    return new GlobalMemory(builder, grid, all, symbols, condition);
  }

  /** The same accesses, but without some of the guards. */
  public GlobalMemory without(List<Guard> some) {
    ImmutableList<Guard> others =
        guards.stream().filter(guard -> !some.contains(guard)).collect(ImmutableList.toImmutableList());
    return new GlobalMemory(builder, grid, others, symbols, condition);
  }

  /** Loads where a condition holds besides; elsewhere they give 0. */
  GlobalMemory where(Value holds) {
    Value both = condition.map(outer -> grid.apply(builder, Scalar.AND, outer, holds)).orElse(holds);
    return new GlobalMemory(builder, grid, guards, symbols, Optional.of(both));
  }

  /** Loads elements of a buffer of that shape; what lies outside the guards is 0. */
  public Value load(Value buffer, Shape shape, List<IndexExpr> at) {
    IndexExpr offset = Views.linear(shape, at);
    Extent varies = condition.map(grid::extent).orElse(new Extent(false, false));
    Extent extent = extentWithGuards(offset).or(varies);
    FarPlace place = place(buffer, shape, offset);
    Value offsets = grid.spread(builder, place.offsets().orElseGet(() -> builder.number(0)), extent);
    Value mask = loadMask(offset, extent);
    Load load = new Load(varies.alongColumns() ? 1 : contiguous(buffer, offset, extent));
    return mask == null ? builder.add(load, place.buffer(), offsets) : builder.add(load, place.buffer(), offsets, mask);
  }

  /** From where on an access counts, and how far. */
  private FarPlace place(Value buffer, Shape shape, IndexExpr offset) {
    return FarPlace.isFar(shape) ? FarPlace.of(builder, grid, buffer, offset)
        : new FarPlace(buffer, Optional.of(grid.emit(builder, offset)));
  }

  /** Numbers in a buffer of that shape, less than the extent, as an index. */
  public IndexExpr loaded(Value buffer, Shape shape, List<IndexExpr> at, Dim below) {
    Value number = builder.cast(load(buffer, shape, at), Formats.I32, Rounding.TOWARD_ZERO);
    return grid.loaded(number, below);
  }

  private Value loadMask(IndexExpr offset, Extent extent) {
    Value inside = mask(offset, extent);
    if (condition.isEmpty()) {
      return inside;
    }
    Value holds = grid.spread(builder, condition.get(), extent);
    return inside == null ? holds : builder.apply(Scalar.AND, inside, holds);
  }

  /** Stores elements of a buffer of that shape; nothing outside the guards. */
  public void store(Value buffer, Shape shape, List<IndexExpr> at, Value value) {
    IndexExpr offset = Views.linear(shape, at);
    Extent extent = extentWithGuards(offset).or(grid.extent(value));
    Value mask = mask(offset.plus(alongWith(value)), extent);
    store(buffer, shape, offset, value, mask, extent, contiguous(buffer, offset, extent));
  }

  /**
   * An expression that names the variables along which a value varies. An offset leaves out those of extent 1, but at
   * their other points the tile has values all the same, and what is stored there would overwrite the one that counts.
   */
  private IndexExpr alongWith(Value value) {
    Extent varies = grid.extent(value);
    IndexExpr names = IndexExpr.ZERO;
    for (Guard guard : guards) {
      Extent guarded = grid.extentOf(guard.index());
      boolean concerned = guarded.alongRows() && varies.alongRows() || guarded.alongColumns() && varies.alongColumns();
      names = concerned ? names.plus(guard.index()) : names;
    }
    return names;
  }

  /** Where the points are inside the guards along which a value varies; null where all of them are. */
  Value insideAlong(Value value) {
    IndexExpr names = alongWith(value);
    return mask(names, extentWithGuards(names).or(grid.extent(value)));
  }

  /** The same, and only where a condition holds. */
  public void store(Value buffer, Shape shape, List<IndexExpr> at, Value value, Value condition) {
    IndexExpr offset = Views.linear(shape, at);
    Extent extent = extentWithGuards(offset).or(grid.extent(value)).or(grid.extent(condition));
    Value inside = mask(offset.plus(alongWith(value)).plus(alongWith(condition)), extent);
    Value only = grid.spread(builder, condition, extent);
    Value mask = inside == null ? only : builder.apply(Scalar.AND, inside, only);
    store(buffer, shape, offset, value, mask, extent, 1);
  }

  private void store(
      Value buffer, Shape shape, IndexExpr offset, Value value, Value mask, Extent extent, int contiguous) {
    expectWholeBytes(((BufferType) buffer.type()).format(), extent, contiguous);
    FarPlace place = place(buffer, shape, offset);
    Value offsets = grid.spread(builder, place.offsets().orElseGet(() -> builder.number(0)), extent);
    Value spread = grid.spread(builder, value, extent);
    Store store = new Store(contiguous);
    if (mask == null) {
      builder.effect(store, place.buffer(), offsets, spread);
    } else {
      builder.effect(store, place.buffer(), offsets, spread, mask);
    }
  }

  /** Refuses codes of which several share a byte, where no thread has all of a byte. */
  private void expectWholeBytes(NumberFormat format, Extent extent, int contiguous) {
    int inByte = Byte.SIZE / Math.min(Byte.SIZE, format.storageBits());
    if (inByte == 1) {
      return;
    }
    TileType type = grid.type(format, extent);
    int[] extents = type.extents().stream().mapToInt(Integer::intValue).toArray();
    LinearLayout memory = SharedLayout.rowMajor(Byte.SIZE, extents).layout();
    if (VectorAccess.of(type.layout(), memory, Byte.SIZE, contiguous).elements() < inByte) {
      throw new UnsupportedAccess("no kernel stores these elements of " + format.name() + ": " + inByte
          + " share a byte, which one thread must have, but their number is not known to be a multiple of that");
    }
  }

  /** A full tile with 0 at the points outside the guards. */
  public Value zeroOutside(Value value) {
    Extent extent = new Extent(true, true);
    Value mask = mask(everything(), extent);
    Value full = grid.spread(builder, value, extent);
    if (mask == null) {
      return full;
    }
    Value zero = builder.fill(0, TileType.scalar(TileBuilder.type(full).format()));
    return builder.apply(Scalar.SELECT, mask, full, zero);
  }

  /**
   * Starts a copy of elements to shared memory; what lies outside the guards becomes 0. What is the same for all
   * threads moves the buffer, so that the offsets do not change in a loop.
   */
  public void copy(Value buffer, Shape shape, List<IndexExpr> at, Value shared, Value stage) {
    copy(buffer, shape, at, shared, stage, Integer.MAX_VALUE);
  }

  /** The same by copies of at most so many elements each. */
  public void copy(Value buffer, Shape shape, List<IndexExpr> at, Value shared, Value stage, int most) {
    IndexExpr offset = Views.linear(shape, at);
    Extent extent = new Extent(true, true);
    FarPlace place = start(buffer, shape, offset);
    Value from = place.buffer();
    Value offsets = grid.spread(builder, place.offsets().orElseGet(() -> builder.number(0)), extent);
    Value mask = mask(everything(), extent);
    CopyAsync copy = new CopyAsync(Math.min(most, contiguous(buffer, offset, extent)));
    if (mask == null) {
      builder.effect(copy, from, offsets, shared, stage);
    } else {
      builder.effect(copy, from, offsets, shared, stage, mask);
    }
  }

  /** From where on a tile is copied. */
  private FarPlace start(Value buffer, Shape shape, IndexExpr offset) {
    if (FarPlace.isFar(shape)) {
      return FarPlace.of(builder, grid, buffer, offset);
    }
    Grid2.Sum sum = grid.emitParts(builder, offset);
    Value from = sum.scalar().map(start -> builder.add(new Advance(), buffer, start)).orElse(buffer);
    return new FarPlace(from, sum.tile());
  }

  /** The widest vector of elements of that width along a variable that an access is proven to be; 1 where none is. */
  public int vector(Shape shape, List<IndexExpr> at, String variable, int most) {
    IndexExpr offset = Views.linear(shape, at);
    int width = most;
    while (width > 1 && !isVector(offset, new VectorWidth(variable, width, symbols))) {
      width /= 2;
    }
    return width;
  }

  /**
   * Whether points along a variable are, in aligned groups of that size, neighbours along an axis and along no other.
   */
  boolean runsAlong(String variable, long size, List<IndexExpr> at, int axis) {
    VectorWidth group = new VectorWidth(variable, size, symbols);
    for (int other = 0; other < at.size(); other++) {
      if (other == axis ? !group.isVector(at.get(other)) : !group.isConstant(at.get(other))) {
        return false;
      }
    }
    return true;
  }

  /** An expression that names every variable that is bound, so that every guard concerns it. */
  private IndexExpr everything() {
    IndexExpr all = IndexExpr.ZERO;
    for (Guard guard : guards) {
      all = all.plus(guard.index());
    }
    return all;
  }

  private Extent extentWithGuards(IndexExpr offset) {
    Extent extent = grid.extentOf(offset);
    for (Guard guard : relevant(offset)) {
      extent = extent.or(grid.extentOf(guard.index()));
    }
    return extent;
  }

  /**
   * Guards on a variable that the access depends on; a whole tile has a point that meets them. Those that name a loop's
   * variable outside of the loop as well, as those of elements of a box whose scale is stored, are met by its start.
   */
  private List<Guard> relevant(IndexExpr index) {
    Set<String> names = grid == null ? Grid2.names(index) : grid.varying(index);
    return guards.stream()
        .filter(guard -> Grid2.names(guard.index()).stream().anyMatch(names::contains))
        .filter(guard -> grid == null || grid.binds(guard.index())).toList();
  }

  /** The mask of an access, or null where every element is inside. */
  public Value mask(IndexExpr index, Extent extent) {
    Value mask = null;
    for (Guard guard : relevant(index)) {
      Value inside = masks.computeIfAbsent(guard, this::condition);
      mask = mask == null ? inside : grid.apply(builder, Scalar.AND, mask, inside);
    }
    if (mask == null) {
      return null;
    }
    // A condition on scalars alone still needs the layout of the offsets.
    return TileBuilder.type(mask).isScalar() ? spreadCondition(mask, extent) : builder.expand(mask,
        grid.type(Formats.BOOL, extent));
  }

  private Value spreadCondition(Value mask, Extent extent) {
    Value all = builder.fill(1, grid.type(Formats.BOOL, extent));
    return builder.apply(Scalar.AND, all, mask);
  }

  private Value condition(Guard guard) {
    FarPlace.requireCounted(guard.bound());
    return builder.apply(Scalar.LT, grid.emit(builder, guard.index()), builder.size(guard.bound()));
  }

  private int contiguous(Value buffer, IndexExpr offset, Extent extent) {
    if (!extent.alongColumns()) {
      return 1;
    }
    int bits = ((BufferType) buffer.type()).format().storageBits();
    int columns = grid.full(Formats.I32).extents().get(1);
    for (int width = Math.min(MAX_BYTES * Byte.SIZE / bits, columns); width > 1; width /= 2) {
      if (isVector(offset, new VectorWidth(grid.columns(), width, symbols))) {
        return width;
      }
    }
    return 1;
  }

  private boolean isVector(IndexExpr offset, VectorWidth group) {
    return group.isVector(offset)
        && relevant(offset).stream().allMatch(guard -> isWhole(guard, group));
  }

  /** Whether a guard holds for all of a group or for none of it. */
  private boolean isWhole(Guard guard, VectorWidth group) {
    boolean aligned = group.isVector(guard.index()) && Divisibility.of(guard.bound(), symbols) % group.width() == 0;
    return group.isConstant(guard.index()) || aligned;
  }
}
