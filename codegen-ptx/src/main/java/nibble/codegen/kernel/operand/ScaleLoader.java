package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.BoxCoordinates;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.ChooseSwizzle;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedAccess;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.layout.VectorAccess;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.SharedLoad;
import nibble.codegen.tile.op.SharedStore;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Brings scales that change along the depth from global memory to registers, by way of shared memory, beside the tiles
 * of their operand: for each row (or column) those of the groups along the depth. Those of larger groups are repeated.
 *
 * <p>An iteration needs a word or a few of each row, and those of neighbouring rows are far apart. So an iteration
 * copies what some more need: whole sectors of 32 bytes. Where rows of scales are not made of words, each iteration
 * brings its own.
 */
public final class ScaleLoader {
  private static final String GROUP = "group";
  private static final int LANES = 32;
  private static final int WORD_BYTES = 4;
  private static final int MOST_BYTES = 16;
  /** Scales of a row that are copied together: those of several iterations. */
  private static final int SECTOR_BYTES = 32;
  /** While some are read, the next are under way. */
  private static final int SLOTS = 2;

  private final Scales scales;
  private final TensorType type;
  private final ImmutableList<IndexExpr> at;
  private final ImmutableList<Guard> guards;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final LinearLayout copyLayout;
  private final boolean isAsync;
  /** Iterations whose scales are copied together. */
  private final int together;
  private final SharedType shared;
  /** How tensor copies tell the scales, where these bring them. */
  private final Optional<MappedOperand> mapped;
  private Value memory;
  private Value map;

  /**
   * What is loaded.
   *
   * @param scaled the operand
   * @param at coordinates of its elements
   * @param outer the variable along the axis that is not the depth
   * @param guard of that axis, where a tile may not meet it
   * @param size elements of the depth of a group
   * @param groups groups of an iteration
   * @param fragment who holds the scales of an iteration
   * @param axes for both axes of the fragment, 0 where it runs along rows (or columns) and 1 where it does along groups
   */
  public record Scales(
      Memory scaled, List<IndexExpr> at, String outer, ImmutableList<Guard> guard, int size, int groups,
      LinearLayout fragment, ImmutableList<Integer> axes) {
    int rows() {
      return fragment.outputs().get(axes.indexOf(0)).size();
    }

    /** The fragment in the axes of shared memory. */
    LinearLayout inShared() {
      return axes.getFirst() == 0 ? fragment : fragment.transpose(1, 0);
    }
  }

  /**
   * Decides how to load the scales of a product of that depth.
   *
   * @param tensorCopies whether tensor copies may bring them
   */
  public ScaleLoader(
      Scales scales, ProductTile tile, Dim depth, ImmutableMap<String, SymbolBounds> symbols, boolean tensorCopies) {
    this.scales = scales;
    this.type = scales.scaled.type().scaleType();
    this.symbols = symbols;
    Dim groups = depth.ceilDiv(scales.size);
    IndexExpr first = IndexExpr.variable(GROUP, groups).times(Dim.of(scales.size));
    this.at = ImmutableList.copyOf(BoxCoordinates.ofScale(
        scales.scaled.type(),
        scales.at.stream().map(index -> index.substitute(Map.of(OperandLoader.DEPTH, first))).toList()));
    int bytes = scales.groups * type.format().storageBits() / Byte.SIZE;
    this.together = Math.max(1, SECTOR_BYTES / bytes);
    boolean isWhole = groups.dividedBy(Dim.of(scales.groups * together)).isPresent();
    this.guards = ImmutableList.<Guard>builder().addAll(scales.guard)
        .addAll(isWhole ? ImmutableList.of() : ImmutableList.of(Guard.of(GROUP, groups))).build();
    GlobalMemory analysis = new GlobalMemory(null, null, guards, symbols);
    this.isAsync =
        bytes >= WORD_BYTES && analysis.vector(type.shape(), at, GROUP, scales.groups) == scales.groups;
    int columns = scales.groups * (isAsync ? together : 1);
    this.copyLayout = copyLayout(scales.rows(), columns, isAsync ? scales.groups : 1, tile.warps());
    this.mapped = tensorCopies && isAsync && columns * type.format().storageBits() == SECTOR_BYTES * Byte.SIZE
        ? MappedOperand.of(scales.scaled.scales().orElseThrow(), type, at, GROUP, scales.outer, symbols)
        : Optional.empty();
    SharedLayout layout = mapped.isPresent()
        ? SharedLayout.swizzled(SwizzleMode.BYTES_32, type.format().storageBits(), scales.rows(), columns)
        : sharedLayout(columns);
    this.shared = new SharedType(type.format(), isAsync ? SLOTS : tile.stages(), layout);
  }

  private static LinearLayout copyLayout(int rows, int groups, int vector, int warps) {
    int lanes = groups / vector;
    return BlockedLayout.of(new int[] {1, vector}, new int[] {LANES / lanes, lanes}, new int[] {warps, 1}, 1, 0)
        .toLayout(rows, groups);
  }

  /** A swizzle without bank conflicts. */
  private SharedLayout sharedLayout(int columns) {
    int bits = type.format().storageBits();
    SharedLayout plain = SharedLayout.rowMajor(bits, scales.rows(), columns);
    LinearLayout read = LinearLayout.of(scales.inShared().bases(), plain.layout().outputs());
    return ChooseSwizzle.forAccesses(access(copyLayout, plain), access(read, plain));
  }

  /** Accesses of the scales of one row in one iteration, or of fewer. */
  private SharedAccess access(LinearLayout layout, SharedLayout plain) {
    int bytes = Math.min(MOST_BYTES, scales.groups * plain.elementBits() / Byte.SIZE);
    return SharedAccess.vector(layout, VectorAccess.of(layout, plain.layout(), plain.elementBits(), bytes));
  }

  /** Bytes of shared memory for the scales of so many rows and columns, at most. */
  public static int sharedBytes(int rows) {
    return SLOTS * SECTOR_BYTES * rows;
  }

  /** Allocates shared memory. */
  void allocate(TileBuilder builder) {
    memory = builder.add(new SharedAlloc(shared));
    mapped.ifPresent(operand -> map = operand.map(builder, scales.groups * together, scales.rows(), SECTOR_BYTES));
  }

  /** Whether tensor copies bring them. */
  public boolean isMapped() {
    return mapped.isPresent();
  }

  /**
   * Starts to bring the scales of an iteration, whose tiles go to a stage. What lies outside the operand gets a scale
   * of zero, or the least one, which its elements of 0 do not feel.
   */
  void fetch(TileBuilder builder, Value firstOuter, Value iteration, ImmutableMap<String, Index> others, Value stage) {
    if (!isAsync) {
      fetchInto(builder, firstOuter, iteration, others, stage);
      return;
    }
    Value isFirst = builder.apply(
        Scalar.EQ, builder.apply(Scalar.MODULO, iteration, builder.number(together)), builder.number(0));
    builder.effect(new nibble.codegen.tile.op.Guard(), List.of(isFirst), builder.nested(inner -> {
      if (mapped.isPresent()) {
        copyMapped(inner, firstOuter, iteration, others);
      } else {
        fetchInto(inner, firstOuter, iteration, others, slot(inner, iteration));
      }
      return List.of();
    }));
  }

  private void copyMapped(TileBuilder builder, Value firstOuter, Value iteration, ImmutableMap<String, Index> others) {
    Map<String, Value> first = new HashMap<>();
    others.forEach((variable, index) -> index.start().ifPresent(start -> first.put(variable, start)));
    first.put(scales.outer, firstOuter);
    first.put(GROUP, builder.apply(Scalar.MUL, iteration, builder.number(scales.groups)));
    List<Value> operands = new ArrayList<>(List.of(map, memory, slot(builder, iteration)));
    operands.addAll(mapped.orElseThrow().coordinates(builder, first));
    builder.effect(new CopyTensor(), operands.toArray(Value[]::new));
  }

  private Value slot(TileBuilder builder, Value iteration) {
    Value number = builder.apply(Scalar.QUOTIENT, iteration, builder.number(together));
    return builder.apply(Scalar.MODULO, number, builder.number(SLOTS));
  }

  private void fetchInto(
      TileBuilder builder, Value firstOuter, Value iteration, ImmutableMap<String, Index> others, Value stage) {
    Value firstGroup = builder.apply(Scalar.MUL, iteration, builder.number(scales.groups));
    Grid2 grid = new Grid2(copyLayout, scales.outer, GROUP, others);
    grid = grid.with(ImmutableMap.of(
        scales.outer, grid.along(builder, scales.outer, firstOuter), GROUP, grid.along(builder, GROUP, firstGroup)));
    GlobalMemory from = new GlobalMemory(builder, grid, guards, symbols);
    Value source = scales.scaled.scales().orElseThrow();
    if (isAsync) {
      from.copy(source, type.shape(), at, memory, stage, scales.groups);
    } else {
      Value loaded = from.load(source, type.shape(), at);
      builder.effect(new SharedStore(), grid.spread(builder, loaded, new Extent(true, true)), memory, stage);
    }
  }

  /** The scales of an iteration, whose tiles lie in a stage. */
  Value fragment(TileBuilder builder, Value iteration, Value stage) {
    SharedLoad load =
        new SharedLoad(ImmutableList.of(0, 0), scales.axes, new TileType(shared.format(), scales.fragment));
    return isAsync
        ? builder.add(
            load, memory, slot(builder, iteration), builder.apply(Scalar.MODULO, iteration, builder.number(together)))
        : builder.add(load, memory, stage);
  }
}
