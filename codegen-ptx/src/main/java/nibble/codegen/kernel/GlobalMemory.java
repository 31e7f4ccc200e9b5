package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.math.LongMath;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.index.VectorWidth;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Advance;
import nibble.codegen.tile.op.CopyAsync;
import nibble.codegen.tile.op.Load;
import nibble.codegen.tile.op.Store;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Accesses to global memory at coordinates: offsets, masks, and how many elements are proven to be one access.
 */
final class GlobalMemory {
  private static final int MAX_BYTES = 16;

  /**
   * A condition that iteration points inside the tensors meet.
   *
   * @param index is less than
   * @param bound this
   */
  record Guard(IndexExpr index, Dim bound) {
    /**
     * A variable is less than its extent. It is named even where the extent is 1 and index expressions leave it out: a
     * tile has other points than 0 all the same.
     */
    static Guard of(String variable, Dim extent) {
      return new Guard(IndexExpr.variable(variable, extent.is(1) ? Dim.of(2) : extent), extent);
    }

    /** The only variable of a guard of that kind. */
    String variable() {
      return Iterables.getOnlyElement(Grid2.names(index));
    }
  }

  private final TileBuilder builder;
  private final Grid2 grid;
  private final ImmutableList<Guard> guards;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final Map<Guard, Value> masks = new HashMap<>();

  GlobalMemory(
      TileBuilder builder, Grid2 grid, ImmutableList<Guard> guards, ImmutableMap<String, SymbolBounds> symbols) {
    this.builder = builder;
    this.grid = grid;
    this.guards = guards;
    this.symbols = symbols;
  }

  /** The same accesses in a nested block, on another grid. */
  GlobalMemory on(TileBuilder inner, Grid2 innerGrid) {
    return new GlobalMemory(inner, innerGrid, guards, symbols);
  }

  /** An address, before code is made for it. */
  private record Offset(IndexExpr index, Value dynamic, boolean dynamicIsUniform, long dynamicDivisor) {}

  /** Loads elements of a buffer of that shape; what lies outside the guards is 0. */
  Value load(Value buffer, Shape shape, List<Coordinate> at) {
    Offset offset = offset(shape, at);
    Extent extent = extentWithGuards(offset);
    Value offsets = grid.spread(builder, offsets(offset), extent);
    Value mask = mask(offset.index(), extent);
    Load load = new Load(contiguous(buffer, offset, extent));
    return mask == null ? builder.add(load, buffer, offsets) : builder.add(load, buffer, offsets, mask);
  }

  /** Stores elements of a buffer of that shape; nothing outside the guards. */
  void store(Value buffer, Shape shape, List<Coordinate> at, Value value) {
    Offset offset = offset(shape, at);
    Extent extent = extentWithGuards(offset).or(grid.extent(value));
    // Along an axis of extent 1 the offset does not change, but the value does: only its first element is one.
    Value mask = mask(offset.index().plus(guarded(extent)), extent);
    store(buffer, offset, value, mask, extent, contiguous(buffer, offset, extent));
  }

  /** The same, and only where a condition holds. */
  void store(Value buffer, Shape shape, List<Coordinate> at, Value value, Value condition) {
    Offset offset = offset(shape, at);
    Extent extent = new Extent(true, true);
    Value inside = mask(everything(), extent);
    Value only = grid.spread(builder, condition, extent);
    Value mask = inside == null ? only : builder.apply(Scalar.AND, inside, only);
    store(buffer, offset, value, mask, extent, 1);
  }

  private void store(Value buffer, Offset offset, Value value, Value mask, Extent extent, int contiguous) {
    Value offsets = grid.spread(builder, offsets(offset), extent);
    Value spread = grid.spread(builder, value, extent);
    Store store = new Store(contiguous);
    if (mask == null) {
      builder.effect(store, buffer, offsets, spread);
    } else {
      builder.effect(store, buffer, offsets, spread, mask);
    }
  }

  /** A full tile with 0 at the points outside the guards. */
  Value zeroOutside(Value value) {
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
  void copy(Value buffer, Shape shape, List<Coordinate> at, Value shared, Value stage) {
    Offset offset = offset(shape, at);
    Extent extent = new Extent(true, true);
    Grid2.Sum sum = grid.emitParts(builder, offset.index());
    Value from = sum.scalar().map(start -> builder.add(new Advance(), buffer, start)).orElse(buffer);
    Value offsets = grid.spread(builder, sum.tile().orElseGet(() -> builder.number(0)), extent);
    Value mask = mask(everything(), extent);
    CopyAsync copy = new CopyAsync(contiguous(buffer, offset, extent));
    if (mask == null) {
      builder.effect(copy, from, offsets, shared, stage);
    } else {
      builder.effect(copy, from, offsets, shared, stage, mask);
    }
  }

  /** The widest vector of elements of that width along a variable that an access is proven to be; 1 where none is. */
  int vector(Shape shape, List<Coordinate> at, String variable, int most) {
    Offset offset = offset(shape, at);
    int width = offset.dynamic() == null ? most : 1;
    while (width > 1 && !isVector(offset, new VectorWidth(variable, width, symbols))) {
      width /= 2;
    }
    return width;
  }

  /** An expression that names every variable that is bound, so that every guard concerns it. */
  private IndexExpr everything() {
    IndexExpr all = IndexExpr.ZERO;
    for (Guard guard : guards) {
      all = all.plus(guard.index());
    }
    return all;
  }

  /** An expression that names every variable along rows or columns that has a guard. */
  private IndexExpr guarded(Extent extent) {
    IndexExpr all = IndexExpr.ZERO;
    for (Guard guard : guards) {
      Extent of = grid.extentOf(guard.index());
      if (of.alongRows() && extent.alongRows() || of.alongColumns() && extent.alongColumns()) {
        all = all.plus(guard.index());
      }
    }
    return all;
  }

  private Offset offset(Shape shape, List<Coordinate> at) {
    IndexExpr index = IndexExpr.ZERO;
    Value dynamic = null;
    long divisor = 0;
    boolean uniform = true;
    for (int axis = 0; axis < shape.rank(); axis++) {
      Dim stride = Views.strideOf(shape, axis);
      switch (at.get(axis)) {
        case Coordinate.Static(IndexExpr expr) -> index = index.plus(expr.times(stride));
        case Coordinate.Dynamic(Value number) -> {
          Value product = stride.is(1) ? number : builder.apply(Scalar.MUL, number, builder.size(stride));
          dynamic = dynamic == null ? product : grid.apply(builder, Scalar.ADD, dynamic, product);
          uniform &= !grid.extent(number).alongColumns();
          divisor = LongMath.gcd(divisor, Divisibility.of(stride, symbols));
        }
      }
    }
    return new Offset(index, dynamic, uniform, divisor);
  }

  private Value offsets(Offset offset) {
    Value offsets = grid.emit(builder, offset.index());
    return offset.dynamic() == null ? offsets : grid.apply(builder, Scalar.ADD, offsets, offset.dynamic());
  }

  private Extent extentWithGuards(Offset offset) {
    Extent extent = grid.extentOf(offset.index());
    if (offset.dynamic() != null) {
      extent = extent.or(grid.extent(offset.dynamic()));
    }
    for (Guard guard : relevant(offset.index())) {
      extent = extent.or(grid.extentOf(guard.index()));
    }
    return extent;
  }

  /** Guards on a variable that the access depends on; a whole tile has a point that meets them. */
  private List<Guard> relevant(IndexExpr index) {
    Set<String> names = grid == null ? Grid2.names(index) : grid.varying(index);
    return guards.stream().filter(guard -> Grid2.names(guard.index()).stream().anyMatch(names::contains)).toList();
  }

  /** The mask of an access, or null where every element is inside. */
  Value mask(IndexExpr index, Extent extent) {
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
    return builder.apply(Scalar.LT, grid.emit(builder, guard.index()), builder.size(guard.bound()));
  }

  private int contiguous(Value buffer, Offset offset, Extent extent) {
    if (!extent.alongColumns() || !offset.dynamicIsUniform()) {
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

  private boolean isVector(Offset offset, VectorWidth group) {
    return group.isVector(offset.index())
        && offset.dynamicDivisor() % group.width() == 0
        && relevant(offset.index()).stream().allMatch(guard -> isWhole(guard, group));
  }

  /** Whether a guard holds for all of a group or for none of it. */
  private boolean isWhole(Guard guard, VectorWidth group) {
    boolean aligned = group.isVector(guard.index()) && Divisibility.of(guard.bound(), symbols) % group.width() == 0;
    return group.isConstant(guard.index()) || aligned;
  }
}
