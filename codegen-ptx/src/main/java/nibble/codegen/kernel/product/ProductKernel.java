package nibble.codegen.kernel.product;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.codegen.kernel.ComputeFormat;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.ScaleFactors;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.BlockScales;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.kernel.operand.ScaleLoader;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.target.Target;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.TilePart;
import nibble.codegen.tile.op.WaitWarpgroupMma;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Kernel;
import nibble.ir.op.ProductOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Kernels around a matrix product (GEMM): operand loaders, a pipelined main loop, promotion of the accumulators where
 * scales change along the depth, and an epilogue of whatever else the region computes.
 */
public final class ProductKernel implements KernelGenerator {
  private final Target target;

  /** Products for a target, with the instructions that it has natively. */
  public ProductKernel(Target target) {
    this.target = target;
  }

  @Override
  public String name() {
    return "product";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return programs(kernel, symbols).map(programs -> programs.chosen(kernel, symbols, target));
  }

  /** The programs that a kernel around a product could have. */
  public Optional<ProductPrograms> programs(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof ProductOp)
        .findFirst()
        .map(operation -> programs(kernel, Product.of(operation), symbols));
  }

  /**
   * Why a kernel finds the elements of a compressed weight by their codes, and does not multiply it as it is stored;
   * nothing where it does, or where there is no compressed weight.
   *
   * @param symbols what is known of symbolic sizes
   */
  public Optional<String> whyDecompressed(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof ProductOp).findFirst().map(Product::of)
        .flatMap(product -> SparseChoice.of(kernel, product, target)
            .flatMap(sparse -> programs(kernel, product, symbols).whyOther(sparse, kernel, symbols, target)));
  }

  /**
   * Why warps multiply, each for itself, and not warpgroups; nothing where these do, where tensor cores don't, where
   * the target has none, or where a weight is compressed.
   *
   * @param symbols what is known of symbolic sizes
   */
  public Optional<String> whyByWarps(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof ProductOp).findFirst().map(Product::of)
        .filter(product -> SparseChoice.of(kernel, product, target).isEmpty())
        .flatMap(product -> whyByWarps(ProductChoice.of(product, target).stream()
            .map(choice -> new Generation(kernel, product, choice, symbols, target.limits().sharedPerBlock()))
            .filter(generation -> generation.tile.format().onTensorCores()).toList()));
  }

  private static Optional<String> whyByWarps(List<Generation> ways) {
    boolean isByWarps = ways.stream().filter(Generation::fits).findFirst()
        .filter(chosen -> !chosen.choice.warpgroups()).isPresent();
    return isByWarps
        ? ways.stream().filter(way -> way.choice.warpgroups()).map(Generation::whyNot).reduce((_, last) -> last)
        : Optional.empty();
  }

  /**
   * A number of rows, and of columns, that divides those of every tile of a product's result that has as many: what
   * lies in boxes of so many at most lies in a tile.
   *
   * @param product a product of dense operands
   */
  public static int leastSides(Operation product) {
    Product of = Product.of(product);
    boolean onTensorCores = of.leftType().isScaled()
        || ProductFormat.of(of.leftType().format(), of.rightType().format())
            .filter(ProductFormat::onTensorCores).isPresent();
    return ProductTile.leastSides(onTensorCores, of.m(), of.n());
  }

  private ProductPrograms programs(Operation kernel, Product product, ImmutableMap<String, SymbolBounds> symbols) {
    return new ProductPrograms(
        SparseChoice.of(kernel, product, target)
            .flatMap(sparse -> generation(kernel, product, sparse.choices().stream(), symbols)),
        Suppliers.memoize(
            () -> generation(kernel, product, ProductChoice.of(product, target).stream(), symbols).orElseThrow()));
  }

  private Optional<KernelProgram> generation(
      Operation kernel, Product product, Stream<ProductChoice> choices, ImmutableMap<String, SymbolBounds> symbols) {
    return choices
        .map(choice -> new Generation(kernel, product, choice, symbols, target.limits().sharedPerBlock()))
        .filter(Generation::fits)
        .findFirst().map(Generation::run);
  }

  /** The making of one program. */
  private static final class Generation {
    private final Operation kernel;
    private final Block region;
    private final ProductChoice choice;
    private final Product product;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final TileBuilder builder = new TileBuilder();
    private final ProductTile tile;
    /** Whether scales change along the depth. */
    private final boolean scalesVary;
    /** Whether scales are applied to the sum of each tile. */
    private final boolean scalesTiles;
    /** Whether the sum of a tile is added to f32 accumulators of its own. */
    private final boolean promotes;
    private final KernelBuffers buffers;
    private Value batch;
    private final ProductOperands operands;
    /** The left operand where it is compressed. */
    private final Optional<SparseOperand> sparse;
    private Value rowTile;
    private Value columnTile;
    private Value firstRow;
    private Value firstColumn;
    private ImmutableMap<String, Index> outside;

    private Generation(
        Operation kernel, Product product, ProductChoice choice, ImmutableMap<String, SymbolBounds> symbols,
        int sharedLimit) {
      TilePlan plan = TilePlan.of(product, choice, sharedLimit);
      this.kernel = kernel;
      this.region = kernel.regions().getFirst();
      this.product = plan.product();
      this.choice = choice;
      this.symbols = symbols;
      this.scalesVary = plan.scalesVary();
      this.scalesTiles = plan.scalesTiles();
      this.promotes = plan.promotes();
      this.tile = plan.tile();
      this.buffers = KernelBuffers.declare(builder, region);
      this.sparse = choice.sparse().map(weight -> new SparseOperand(weight, tile, symbols));
      this.operands = new ProductOperands(region, plan.product(), choice, tile, symbols, builder, buffers, sparse);
    }

    /** Whether it is large enough, and both operands can lie in shared memory as the instructions need them. */
    private boolean fits() {
      boolean anyOrder = !choice.warpgroups() && !choice.needsContiguousDepth();
      boolean largeEnough = tile.warpgroups() == choice.warpgroups();
      return largeEnough && (anyOrder || fits(operands.loader(true)) && fits(operands.loader(false)))
          && (!choice.tensorCopies() || product.members().isEmpty() && isMapped())
          && !(tile.format().appliesScales() && product.members().isPresent());
    }

    /** Why warpgroups do not multiply. */
    private String whyNot() {
      return tile.warpgroups()
          ? "its operands do not lie in memory as warpgroups read them"
          : "its result has " + product.m() + " rows and " + product.n()
              + " columns, and tiles of warpgroups are for more than 64 of both, columns of a known number";
    }

    /** Whether tensor copies bring all that an iteration needs. */
    private boolean isMapped() {
      boolean areScales =
          Stream.of(true, false).flatMap(isLeft -> scaleLoader(isLeft).stream()).allMatch(ScaleLoader::isMapped);
      return !product.hasResidual() && areScales && operands.loader(true).isMapped()
          && operands.loader(false).isMapped();
    }

    private boolean fits(OperandLoader loader) {
      // Codes that share bytes are copied as they lie, or not at all.
      return loader.fitsMatrices() && (tile.format().bits() >= Byte.SIZE || loader.isAsync());
    }

    private KernelProgram run() {
      builder.at(kernel.location());
      builder.effect(new Launch(
          ImmutableList.of(product.m().ceilDiv(tile.m()), product.n().ceilDiv(tile.n()), product.batch()),
          tile.warps()));
      rowTile = builder.programId(0);
      columnTile = builder.programId(1);
      firstRow = builder.apply(Scalar.MUL, rowTile, builder.number(tile.m()));
      firstColumn = builder.apply(Scalar.MUL, columnTile, builder.number(tile.n()));
      batch = builder.programId(2);
      outside = ImmutableMap.of(Product.BATCH, Index.scalar(batch));
      operands.place(firstRow, firstColumn, outside);
      builder.at(product.operation().location());
      Value accumulated = mainLoop();
      epilogue(accumulated);
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(
          new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    private Value mainLoop() {
      OperandLoader left = operands.loader(true);
      OperandLoader right = operands.loader(false);
      Optional<ResidualLevel> residual = residual();
      if (choice.tensorCopies()) {
        left.allocateMapped(builder);
        right.allocateMapped(builder);
      } else {
        left.allocate(builder);
        right.allocate(builder);
      }
      residual.ifPresent(level -> level.loader().allocate(builder));
      sparse.flatMap(SparseOperand::metadata).ifPresent(words -> words.allocate(builder));
      BlockScales scales = scales();
      scales.allocate(builder);
      TileType accumulators = new TileType(tile.format().accumulator(), tile.accumulators());
      List<Value> initial = new ArrayList<>();
      initial.add(operands.iterations(left));
      initial.add(builder.fill(0, promotes ? accumulators.withFormat(Formats.F32) : accumulators));
      Block fetch = builder.nested(inner -> {
        Value index = inner.block().argument(TileType.scalar(Formats.I32));
        Value stage = inner.block().argument(TileType.scalar(Formats.I32));
        Value depth = inner.apply(Scalar.MUL, index, inner.number(tile.k()));
        if (choice.tensorCopies()) {
          scales.fetch(inner, index, firstRow, firstColumn, outside, stage);
          Map<String, Value> first = Map.of(
              Product.BATCH, batch, Product.ROW, firstRow, Product.COLUMN, firstColumn, OperandLoader.DEPTH, depth);
          left.copyMapped(inner, first, stage);
          right.copyMapped(inner, first, stage);
          return List.of();
        }
        if (sparse.isPresent()) {
          sparse.get().fetch(
              inner, left, operands.memoryOf(true), new SparseOperand.Place(rowTile, firstRow, index, stage, outside),
              operands.guards(product.rowGuard()),
              (grid, memory, loaded) -> operands.unpackedLeft(inner, grid, memory, loaded, depth));
        } else {
          operands.fetch(inner, left, true, firstRow, depth, stage);
        }
        operands.fetch(inner, right, false, firstColumn, depth, stage);
        residual.ifPresent(level -> level.fetch(rows(inner, level, depth), product,
            flagged -> operands.fetch(flagged, level.loader(), true, level.memory(), firstRow, depth, stage)));
        scales.fetch(inner, index, firstRow, firstColumn, outside, stage);
        return List.of();
      });
      Block use = builder.nested(inner -> {
        Value index = inner.block().argument(TileType.scalar(Formats.I32));
        Value stage = inner.block().argument(TileType.scalar(Formats.I32));
        Value carried = inner.block().argument(initial.get(1).type());
        Value start = promotes ? inner.fill(0, accumulators) : carried;
        if (choice.tensorCopies() && scalesTiles) {
          return List.of(multiplyAndScale(inner, left, right, scales, index, stage, start, carried));
        }
        Value sum = multiply(inner, left, right, scales, index, stage, start);
        if (!promotes) {
          return List.of(sum);
        }
        Value depth = inner.apply(Scalar.MUL, index, inner.number(tile.k()));
        Value promoted = promote(
            inner, carried, sum, depth, Optional.empty(), scales.words(true, inner, index, stage),
            scales.words(false, inner, index, stage));
        return List.of(residual
            .map(level -> level.add(rows(inner, level, depth), product, promoted, (flagged, sums) -> {
              Value second =
                  multiply(flagged, level.loader(), right, scales, index, stage, flagged.fill(0, accumulators));
              return promote(
                  flagged, sums, second, depth, Optional.of(level.memory()), Optional.empty(), Optional.empty());
            })).orElse(promoted));
      });
      return builder.block().add(new Pipeline(tile.stages()), initial, List.of(fetch, use)).result();
    }

    /** Adds a tile's scaled sum. Scales are read ahead of the products, so that they are there when these are. */
    private Value multiplyAndScale(
        TileBuilder inner, OperandLoader left, OperandLoader right, BlockScales scales, Value index, Value stage,
        Value start, Value carried) {
      Value depth = inner.apply(Scalar.MUL, index, inner.number(tile.k()));
      ElementEmitter emitter = emitter(inner, resultGrid(inner).with(Map.of(OperandLoader.DEPTH, Index.scalar(depth))));
      Value ofLeft =
          scales.words(true, inner, index, stage).orElseGet(() -> operands.scale(emitter, true, product.left()));
      Value ofRight =
          scales.words(false, inner, index, stage).orElseGet(() -> operands.scale(emitter, false, product.right()));
      Value sum = multiply(inner, left, right, scales, index, stage, start);
      return promote(inner, carried, sum, depth, Optional.empty(), Optional.of(ofLeft), Optional.of(ofRight));
    }

    private BlockScales scales() {
      return new BlockScales(tile, scaleLoader(true), scaleLoader(false));
    }

    /** Of scales that instructions apply, or of words that change along the depth and from row to row. */
    private Optional<ScaleLoader> scaleLoader(boolean isLeft) {
      boolean applied = tile.format().appliesScales();
      // Scales of members lie where their tokens are.
      boolean isGathered = isLeft && product.members().isPresent();
      boolean isOfBlocks = sparse.filter(operand -> operand.weight().blocks().isPresent()).isPresent();
      boolean areWords = scalesVary && !product.hasResidual() && !isOfBlocks && product.hasWordsForRows(isLeft);
      if (isGathered || !applied && !areWords) {
        return Optional.empty();
      }
      ImmutableList<Guard> guard = operands.guards(isLeft ? product.rowGuard() : product.columnGuard());
      LinearLayout fragment = applied
          ? isLeft ? tile.scalesOfLeft() : tile.scalesOfRight()
          : Projection.project(tile.accumulators(), isLeft ? 1 : 0);
      ImmutableList<Integer> axes = isLeft || applied ? ImmutableList.of(0, 1) : ImmutableList.of(1, 0);
      ScaleLoader.Scales scales = new ScaleLoader.Scales(
          operands.memoryOf(isLeft), isLeft ? product.left() : product.right(),
          isLeft ? Product.ROW : Product.COLUMN, guard,
          applied ? tile.format().scaleGroup() : tile.k(), applied ? tile.groups() : 1, fragment, axes);
      return Optional.of(new ScaleLoader(scales, tile, product.k(), symbols, choice.tensorCopies()));
    }

    private Value multiply(
        TileBuilder inner, OperandLoader left, OperandLoader right, BlockScales scales, Value iteration, Value stage,
        Value start) {
      Optional<Value> words = sparse.flatMap(SparseOperand::metadata).map(loader -> loader.fragment(inner, stage));
      if (tile.warpgroups() && sparse.isPresent()) {
        return inner.add(new WaitWarpgroupMma(), sparse.get().start(inner, start, right, words, stage));
      }
      if (tile.warpgroups()) {
        WarpgroupMma op = new WarpgroupMma(left.depthAxis(), right.depthAxis());
        return inner.add(new WaitWarpgroupMma(), inner.add(op, start, left.memory(), right.memory(), stage));
      }
      Value sum = start;
      ImmutableList<Value> scaleTiles = scales.fragments(inner, iteration, stage);
      for (int step = 0; step < tile.k() / tile.format().step(); step++) {
        Value a = left.fragment(inner, stage, step);
        Value b = right.fragment(inner, stage, step);
        sum = sparse.isPresent()
            ? sparse.get().multiply(inner, sum, a, b, words, scaleTiles, step)
            : scales.multiply(inner, sum, a, b, scaleTiles, step);
      }
      return sum;
    }

    private Optional<ResidualLevel> residual() {
      return product.hasResidual()
          ? operands.memoryOf(true).residual().map(level -> new ResidualLevel(level, operands.loader(true), tile))
          : Optional.empty();
    }

    /** An emitter on the rows of the tile at a depth, for a level's scales. */
    private ElementEmitter rows(TileBuilder into, ResidualLevel level, Value depth) {
      Grid2 grid = new Grid2(level.rows(), Product.ROW, Product.COLUMN, outside)
          .withTile(into, Product.ROW, product.m(), rowTile, tile.m(), 0)
          .with(Map.of(OperandLoader.DEPTH, Index.scalar(depth)));
      return new ElementEmitter(
          grid, into, new GlobalMemory(into, grid, operands.guards(product.rowGuard()), symbols), region,
          buffers.arguments());
    }

    /**
     * Adds a block's sum of products of codes, times the scales of the block if it has its own, to the f32
     * accumulators.
     *
     * @param level whose codes they are, if not the first of the left operand
     * @param left the scales of the left operand, if they have come by way of shared memory
     * @param right those of the right operand
     */
    private Value promote(
        TileBuilder inner, Value carried, Value sum, Value depth, Optional<Memory> level, Optional<Value> left,
        Optional<Value> right) {
      Grid2 grid = resultGrid(inner).with(Map.of(OperandLoader.DEPTH, Index.scalar(depth)));
      ElementEmitter emitter = emitter(inner, grid);
      if (!scalesTiles) {
        return grid.apply(inner, Scalar.ADD, carried, sum);
      }
      Product at = operands.placed(emitter);
      GlobalMemory from = emitter.memory();
      Value ofLeft = left.orElseGet(() -> operands.scale(
          emitter, level.orElseGet(() -> operands.memoryOf(true)), operands.kept(at.left(), from, depth)));
      Value ofRight =
          right.orElseGet(() -> operands.scale(emitter, false, operands.kept(at.right(), from, depth)));
      return grid.apply(inner, Scalar.ADD, carried, ScaleFactors.scaled(emitter, sum, ofLeft, ofRight));
    }

    /** The grid of all accumulators. */
    private Grid2 resultGrid(TileBuilder into) {
      return grid(into, tile.accumulators(), 0, 0);
    }

    /** The grid of some accumulators, which start at that row and column of the tile. */
    private Grid2 grid(TileBuilder into, LinearLayout layout, int row, int column) {
      return new Grid2(layout, Product.ROW, Product.COLUMN, outside)
          .withTile(into, Product.ROW, product.m(), rowTile, tile.m(), row)
          .withTile(into, Product.COLUMN, product.n(), columnTile, tile.n(), column);
    }

    private ElementEmitter emitter(TileBuilder into, Grid2 grid) {
      GlobalMemory memory =
          new GlobalMemory(into, grid, operands.guards(product.rowGuard(), product.columnGuard()), symbols);
      return new ElementEmitter(grid, into, memory, region, buffers.arguments());
    }

    /** Some accumulators at a time, if boxes have no more: all at once need more registers than there are. */
    private void epilogue(Value accumulated) {
      ResultViews views = ResultViews.of(product, region, symbols);
      boolean isWhole = views.boxRows() > tile.partRows();
      int rows = isWhole ? tile.m() : tile.partRows();
      // Warps of a warpgroup have all columns each, which would wait for the largest of other warps.
      boolean isHalf = tile.warpgroups() && views.boxRows() > tile.rowsOfWarp() && 2 * views.boxColumns() <= tile.n();
      int columns = isHalf ? tile.n() / 2 : tile.n();
      LinearLayout layout = isWhole ? tile.accumulators() : tile.part(columns);
      for (int row = 0; row < tile.m(); row += rows) {
        for (int column = 0; column < tile.n(); column += columns) {
          epilogue(accumulated, layout, row, column);
        }
      }
    }

    private void epilogue(Value accumulated, LinearLayout layout, int row, int column) {
      TileType type = TileBuilder.type(accumulated).withLayout(layout);
      Value part = builder.add(new TilePart(row, column, type), accumulated);
      ElementEmitter emitter = emitter(builder, grid(builder, layout, row, column));
      Product at = operands.placed(emitter);
      boolean scales = product.leftType().isScaled() && !scalesVary && !scalesTiles;
      Value value = scales
          ? ScaleFactors.scaled(
              emitter, part, operands.scale(emitter, true, at.left()), operands.scale(emitter, false, at.right()))
          : builder.cast(
              part, ComputeFormat.of(product.operation().result().tensorType().format()), Rounding.NEAREST_EVEN);
      if (tile.format().appliesScales()) {
        ScaleFactors factors = new ScaleFactors(emitter);
        value = factors.applyOuter(value, operands.memoryOf(true), at.left());
        value = factors.applyOuter(value, operands.memoryOf(false), at.right());
      }
      value = operands.ofMembers(emitter.grid(), value);
      emitter.define(product.operation().result(), at.result(), value);
      new ProductEpilogue(at, region, emitter, ResultViews.of(at, region, symbols)).store(buffers.results());
    }
  }
}
