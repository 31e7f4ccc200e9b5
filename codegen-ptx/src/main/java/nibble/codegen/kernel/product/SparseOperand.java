package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.SparseMma;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.codegen.tile.op.WarpgroupSparseMma;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.KeptColumns;
import nibble.ir.layout.StoredArray;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * A compressed operand in the main loop of a product: its stored elements come as those of a dense operand half as
 * deep, and its metadata beside them. Of V:N:M, the other operand is gathered by the columns that the rows of the tile
 * keep. Of blocks, the stored elements are a dense operand that has the kept blocks alone, and an iteration lies in one
 * of them.
 */
final class SparseOperand {
  private final SparseWeight weight;
  private final ProductTile tile;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final OperandLoader loader;
  private final Optional<MetadataLoader> metadata;

  SparseOperand(SparseWeight weight, ProductTile tile, ImmutableMap<String, SymbolBounds> symbols) {
    this.weight = weight;
    this.tile = tile;
    this.symbols = symbols;
    GlobalMemory analysis = new GlobalMemory(
        null, null, ImmutableList.of(Guard.of(Product.ROW, weight.outputs()), depthGuard()), symbols);
    this.loader = new OperandLoader(
        tile.stored(), true, Product.ROW, (variable, most) -> analysis.vector(stored(), at(), variable, most),
        weight.type().format().equals(tile.format().left()), 8);
    this.metadata = weight.blocks().isPresent() ? Optional.empty() : Optional.of(new MetadataLoader(weight, tile));
  }

  /**
   * Where in the product elements are fetched.
   *
   * @param rowTile number of the tile of rows
   * @param firstRow its first row
   * @param iteration of the main loop
   * @param stage of shared memory
   * @param outside other variables
   */
  record Place(Value rowTile, Value firstRow, Value iteration, Value stage, ImmutableMap<String, Index> outside) {}

  SparseWeight weight() {
    return weight;
  }

  OperandLoader loader() {
    return loader;
  }

  /** What codes of groups come by; blocks have none. */
  Optional<MetadataLoader> metadata() {
    return metadata;
  }

  private Shape stored() {
    return Shape.of(weight.outputs(), Dim.of(weight.stored()));
  }

  private ImmutableList<IndexExpr> at() {
    return ImmutableList.of(
        IndexExpr.variable(Product.ROW, weight.outputs()),
        IndexExpr.variable(OperandLoader.DEPTH, Dim.of(weight.stored())));
  }

  private Guard depthGuard() {
    return Guard.of(OperandLoader.DEPTH, Dim.of(weight.stored()));
  }

  /** What is multiplied of elements as they are stored. */
  @FunctionalInterface
  interface Unpacking {
    Value of(Grid2 grid, GlobalMemory memory, Value loaded);
  }

  /** Fills a stage with stored elements and metadata. */
  void fetch(
      TileBuilder builder, OperandLoader into, Memory sparse, Place place, ImmutableList<Guard> rowGuards,
      Unpacking unpacking) {
    Value depth = builder.apply(Scalar.MUL, place.iteration, builder.number(tile.stored().k()));
    Grid2 grid = into.grid(builder, place.firstRow, depth, place.outside);
    ImmutableList.Builder<Guard> guards = ImmutableList.<Guard>builder().addAll(rowGuards);
    if (weight.stored() % tile.stored().k() != 0) {
      guards.add(depthGuard());
    }
    GlobalMemory memory = new GlobalMemory(builder, grid, guards.build(), symbols);
    TensorType elements = TensorType.of(stored(), weight.type().format());
    if (into.isAsync()) {
      into.copy(
          memory, new Memory(elements, ImmutableMap.of(TensorPart.ELEMENTS, sparse.elements())), at(), place.stage);
    } else {
      Value loaded = builder.cast(
          unpacking.of(grid, memory, memory.load(sparse.elements(), stored(), at())), tile.format().left(),
          Rounding.NEAREST_EVEN);
      into.store(builder, grid, memory.zeroOutside(loaded), place.stage);
    }
    metadata.ifPresent(words ->
        words.fetch(builder, sparse, place.rowTile, place.iteration, place.outside, place.stage, symbols));
  }

  /**
   * Adds the product of a step of the depth.
   *
   * @param words of metadata; none of blocks
   * @param scales of both operands, where instructions apply some
   */
  Value multiply(
      TileBuilder builder, Value sum, Value a, Value b, Optional<Value> words, ImmutableList<Value> scales, int step) {
    if (words.isEmpty()) {
      return builder.add(new Mma(), sum, a, b);
    }
    SparseMma op = new SparseMma(weight.pattern(), weight.metadata(), step, tile.format().scaleGroup());
    return scales.isEmpty()
        ? builder.add(op, sum, a, b, words.get())
        : builder.add(op, sum, a, b, words.get(), scales.get(0), scales.get(1));
  }

  /**
   * Starts the product of a stage by warpgroups.
   *
   * @param right where the other operand comes from
   * @param words of metadata; none of blocks
   */
  Value start(TileBuilder builder, Value sum, OperandLoader right, Optional<Value> words, Value stage) {
    return words.isEmpty()
        ? builder.add(
            new WarpgroupMma(loader.depthAxis(), right.depthAxis()), sum, loader.memory(), right.memory(), stage)
        : builder.add(
            new WarpgroupSparseMma(weight.pattern(), weight.metadata(), right.depthAxis()), sum, loader.memory(),
            right.memory(), stage, words.get());
  }

  /**
   * Coordinates of the other operand where the depth counts kept columns.
   *
   * @param at its coordinates where the depth counts all columns
   * @param from reads which columns are kept; nothing where only the form of coordinates counts
   * @param firstDepth of the iteration, in kept columns; not asked for where only the form counts
   */
  List<IndexExpr> gathered(
      List<IndexExpr> at, Optional<GlobalMemory> from, Memory sparse, Value firstRow, Value firstDepth) {
    IndexExpr column = weight.blocks()
        .map(blocks -> ofBlocks(blocks, from, sparse, firstRow, firstDepth))
        .orElseGet(() -> ofGroups(from, sparse, firstRow));
    return at.stream().map(index -> index.substitute(Map.of(OperandLoader.DEPTH, column))).toList();
  }

  /** Which column of the whole depth it is; all columns of an iteration are of one block. */
  private IndexExpr ofBlocks(
      BlockSparse blocks, Optional<GlobalMemory> from, Memory sparse, Value firstRow, Value firstDepth) {
    Dim width = Dim.of(blocks.columns());
    Dim count = Dim.of(weight.columns() / blocks.columns());
    IndexExpr block = from.map(memory -> {
      IndexExpr row = IndexExpr.loaded(firstRow, weight.outputs(), Set.of()).dividedBy(Dim.of(blocks.rows()));
      IndexExpr place = IndexExpr.loaded(firstDepth, Dim.of(weight.depth()), Set.of()).dividedBy(width);
      Shape columns = Shape.of(
          weight.outputs().dividedBy(Dim.of(blocks.rows())).orElseThrow(), Dim.of(blocks.kept(weight.columns())));
      return memory.loaded(sparse.parts().get(StoredArray.COLUMNS), columns, List.of(row, place), count);
    }).orElseGet(() -> IndexExpr.loaded(new Value("kept", TileType.scalar(Formats.I32)), count, Set.of()));
    IndexExpr depth = IndexExpr.variable(OperandLoader.DEPTH, Dim.of(weight.depth()));
    return block.times(width).plus(depth.modulo(width));
  }

  private IndexExpr ofGroups(Optional<GlobalMemory> from, Memory sparse, Value firstRow) {
    IndexExpr depth = IndexExpr.variable(OperandLoader.DEPTH, Dim.of(weight.depth()));
    Dim width = Dim.of(weight.blockColumns());
    IndexExpr kept = from.map(memory -> {
      Shape columns = Shape.of(
          weight.outputs().dividedBy(Dim.of(weight.blockRows())).orElseThrow(), Dim.of(weight.depth()));
      IndexExpr block = IndexExpr.loaded(firstRow, weight.outputs(), Set.of()).dividedBy(Dim.of(weight.blockRows()));
      return memory.loaded(sparse.parts().get(StoredArray.COLUMNS), columns, List.of(block, depth), width);
    }).orElseGet(() -> IndexExpr.loaded(
        new Value("kept", TileType.scalar(Formats.I32)), width, Set.of(OperandLoader.DEPTH)));
    return depth.dividedBy(Dim.of(KeptColumns.COUNT)).times(width).plus(kept);
  }
}
