package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.kernel.SparseElements;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.OperandSource;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.ir.Block;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Rounding;
import nibble.ir.op.Decompress;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * The operands of one product kernel: where they lie, by which loaders they come to shared memory, and what becomes of
 * codes on the way. Left and right are those of the instructions.
 */
final class ProductOperands {
  private final Block region;
  private final Product product;
  private final ProductChoice choice;
  private final ProductTile tile;
  private final ImmutableMap<String, SymbolBounds> symbols;
  private final TileBuilder builder;
  private final KernelBuffers buffers;
  /** The left operand where it is compressed. */
  private final Optional<SparseOperand> sparse;
  private final Map<Value, Operation> definitions = new HashMap<>();
  /** The rows, where they are those of a table, once that has been read. */
  private Optional<MemberRows> members = Optional.empty();
  private Value firstRow;
  private Value firstColumn;
  private ImmutableMap<String, Index> outside;

  ProductOperands(
      Block region, Product product, ProductChoice choice, ProductTile tile, ImmutableMap<String, SymbolBounds> symbols,
      TileBuilder builder, KernelBuffers buffers, Optional<SparseOperand> sparse) {
    this.region = region;
    this.product = product;
    this.choice = choice;
    this.tile = tile;
    this.symbols = symbols;
    this.builder = builder;
    this.buffers = buffers;
    this.sparse = sparse;
    region.operations().forEach(operation -> definitions.put(operation.result(), operation));
  }

  /** Where the tile of results of a block is, whose batch stands outside of it. */
  void place(Value row, Value column, ImmutableMap<String, Index> batch) {
    firstRow = row;
    firstColumn = column;
    outside = batch;
  }

  /** How many tiles of the depth there are: of rows that nobody is a member of, none. */
  Value iterations(OperandLoader left) {
    Value all = builder.size(depth().ceilDiv(tile.k()));
    // Once for all iterations, since loads stay where they are.
    Grid2 grid = left.grid(builder, firstRow, builder.number(0), outside);
    members = product.members().map(table -> MemberRows.read(
        buffers.arguments().get(table), product, builder,
        new GlobalMemory(builder, grid, operandGuards(true), symbols)));
    return members.map(rows -> rows.iterations(builder, firstRow, all)).orElse(all);
  }

  /** The product at the coordinates of a grid of results. */
  Product placed(ElementEmitter emitter) {
    return members.map(rows -> rows.placed(emitter.memory())).orElse(product);
  }

  /** Coordinates of the left operand on the grid of its loader. */
  private List<IndexExpr> leftAt() {
    return members.map(MemberRows::left).orElse(product.left());
  }

  /** Zeros in rows of results that are nobody's. */
  Value ofMembers(Grid2 grid, Value value) {
    return members.map(rows -> rows.ofMembers(builder, grid, value)).orElse(value);
  }

  /** The scale of sums of products of an operand's elements as they lie in shared memory. */
  Value scale(ElementEmitter emitter, Memory operand, List<IndexExpr> at) {
    return product.folds(operand.type()) ? new ScaleFactors(emitter).outer(operand, at) : emitter.scaleOf(operand, at);
  }

  /** That of an operand as a whole. */
  Value scale(ElementEmitter emitter, boolean isLeft, List<IndexExpr> at) {
    return scale(emitter, memoryOf(isLeft), at);
  }

  /** Where a scaled operand lies; throws {@link UnsupportedAccess} where it is computed. */
  Memory memoryOf(boolean isLeft) {
    boolean isActivation = isLeft && choice.sparse().filter(SparseWeight::isActivation).isPresent();
    Value value = isActivation ? SparseChoice.matrix(product.operand(true), region) : product.operand(isLeft);
    Operation definition = definitions.get(value);
    Memory memory = definition != null && definition.op() instanceof Decompress
        ? buffers.arguments().get(definition.operand(0)) : buffers.arguments().get(value);
    if (memory == null) {
      throw new UnsupportedAccess("a scaled operand of a product lies in memory");
    }
    return memory;
  }

  private Optional<OperandSource> inMemory(Value value, List<IndexExpr> at) {
    return OperandSource.of(value, at, buffers.arguments(), definitions);
  }

  /** The loader of an operand. */
  OperandLoader loader(boolean isLeft) {
    if (isLeft && sparse.isPresent()) {
      return sparse.get().loader();
    }
    List<IndexExpr> at = isLeft ? product.left() : rightAt(Optional.empty(), firstColumn);
    String outer = isLeft ? Product.ROW : Product.COLUMN;
    GlobalMemory analysis = new GlobalMemory(builder, null, operandGuards(isLeft), symbols);
    Optional<OperandSource> source = inMemory(product.operand(isLeft), at);
    OperandLoader.Access access = source
        .map(operand -> operand.access(analysis, symbols))
        .orElse(OperandLoader.Access.NONE);
    boolean asItIs = source.filter(OperandSource::asItIs)
        .filter(operand -> operand.memory().type().format().equals(tile.format().operand(isLeft))).isPresent();
    // Codes that share bytes are read by words; of gathered columns, lanes have those that are next to each other.
    boolean isGathered = !isLeft
        && sparse.filter(operand -> operand.weight().isGathered() && operand.weight().blocks().isEmpty()).isPresent();
    boolean isPacked = source.filter(operand -> operand.memory().type().format().storageBits() < Byte.SIZE).isPresent();
    return new OperandLoader(tile, isLeft, outer, access, asItIs, isGathered ? 1 : isPacked ? 8 : 4);
  }

  private ImmutableList<Guard> operandGuards(boolean isLeft) {
    return guards(isLeft ? product.rowGuard() : product.columnGuard(), Guard.of(OperandLoader.DEPTH, depth()));
  }

  /** What instructions multiply: of compressed operands of V:N:M and of blocks, the columns that are kept. */
  private Dim depth() {
    return choice.sparse().map(weight -> Dim.of(weight.depth())).orElse(product.k());
  }

  /**
   * Coordinates of the right operand: of V:N:M and of blocks, of the columns that are kept.
   *
   * @param from where they are asked for; nothing where only their form counts
   * @param depth that they start at
   */
  private List<IndexExpr> rightAt(Optional<GlobalMemory> from, Value depth) {
    return sparse.filter(operand -> operand.weight().isGathered())
        .map(operand -> operand.gathered(product.right(), from, memoryOf(true), firstRow, depth))
        .orElse(product.right());
  }

  /** Coordinates of an operand, of kept blocks those in the whole depth. */
  List<IndexExpr> kept(List<IndexExpr> at, GlobalMemory from, Value depth) {
    return sparse.filter(operand -> operand.weight().blocks().isPresent())
        .map(operand -> operand.gathered(at, Optional.of(from), memoryOf(true), firstRow, depth)).orElse(at);
  }

  /** What is multiplied of stored codes of the left operand, of blocks with inner scales that are folded. */
  Value unpackedLeft(TileBuilder inner, Grid2 grid, GlobalMemory memory, Value loaded, Value depth) {
    return product.folds(product.leftType())
        ? unpacked(
            new ElementEmitter(grid, inner, memory, region, buffers.arguments()), loaded, memoryOf(true),
            kept(product.left(), memory, depth))
        : loaded;
  }

  /** The guards that some tile does not meet everywhere. */
  ImmutableList<Guard> guards(Guard... all) {
    Map<String, Integer> steps =
        Map.of(Product.ROW, tile.m(), Product.COLUMN, tile.n(), OperandLoader.DEPTH, tile.k());
    return Arrays.stream(all)
        .filter(guard -> guard.bound().dividedBy(Dim.of(steps.get(guard.variable()))).isEmpty())
        .collect(ImmutableList.toImmutableList());
  }

  /** Fetches a tile of an operand to a stage. */
  void fetch(TileBuilder inner, OperandLoader loader, boolean isLeft, Value first, Value depth, Value stage) {
    Value value = product.operand(isLeft);
    if (value.tensorType().isScaled()) {
      fetch(inner, loader, isLeft, memoryOf(isLeft), first, depth, stage);
      return;
    }
    Grid2 grid = loader.grid(inner, first, depth, outside);
    GlobalMemory memory = new GlobalMemory(inner, grid, operandGuards(isLeft), symbols);
    List<IndexExpr> at = isLeft ? leftAt() : rightAt(Optional.of(memory), depth);
    if (loader.isAsync()) {
      OperandSource source = inMemory(value, at).orElseThrow();
      loader.copy(memory, source.memory(), source.at(), stage);
    } else {
      ElementEmitter emitter = new ElementEmitter(grid, inner, memory, region, buffers.arguments());
      loader.store(inner, grid, memory.zeroOutside(emitter.value(value, at)), stage);
    }
  }

  /** Fetches codes of one level. */
  void fetch(
      TileBuilder inner, OperandLoader loader, boolean isLeft, Memory codes, Value first, Value depth, Value stage) {
    Grid2 grid = loader.grid(inner, first, depth, outside);
    GlobalMemory memory = new GlobalMemory(inner, grid, operandGuards(isLeft), symbols);
    List<IndexExpr> at = isLeft ? leftAt() : rightAt(Optional.of(memory), depth);
    if (loader.isAsync()) {
      loader.copy(memory, codes, at, stage);
    } else {
      UnaryOperator<Value> unpacked = loaded -> inner.cast(
          unpacked(new ElementEmitter(grid, inner, memory, region, buffers.arguments()), loaded, codes, at),
          tile.format().operand(isLeft), Rounding.NEAREST_EVEN);
      Value stored = codes.type().sparse().isPresent()
          ? new SparseElements(grid, inner, memory).element(codes, at, unpacked)
          : unpacked.apply(memory.load(codes.elements(), codes.type().shape(), at));
      loader.store(inner, grid, memory.zeroOutside(stored), stage);
    }
  }

  /** What is multiplied of codes: with inner scales that are folded, or less zero points. */
  private Value unpacked(ElementEmitter emitter, Value loaded, Memory codes, List<IndexExpr> at) {
    if (product.folds(codes.type())) {
      return FoldedScales.apply(emitter, loaded, codes, at);
    }
    return codes.type().zeroType().isPresent() ? new ScaleFactors(emitter).lessZero(codes, loaded, at) : loaded;
  }
}
