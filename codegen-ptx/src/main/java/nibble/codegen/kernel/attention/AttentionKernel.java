package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.GlobalMemory;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.KernelBuffers;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.Views;
import nibble.codegen.kernel.operand.BlockScales;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.target.Target;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Barrier;
import nibble.codegen.tile.op.CommitCopies;
import nibble.codegen.tile.op.Launch;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.TileItem;
import nibble.codegen.tile.op.TileRename;
import nibble.codegen.tile.op.WaitCopies;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.op.Cast;
import nibble.ir.op.Kernel;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Kernels around an attention: one block goes over all keys that its queries may see, a tile of keys and values after
 * the other, with a softmax that is kept up to date ("FlashAttention-2: Faster Attention with Better Parallelism and
 * Work Partitioning", algorithm 1). Operands come by the loaders of matrix products; what else the region computes is
 * an epilogue.
 */
public final class AttentionKernel implements KernelGenerator {
  private static final int QUERY_BLOCK = 128;
  private final Target target;

  public AttentionKernel(Target target) {
    this.target = target;
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    Block region = kernel.regions().getFirst();
    return region.operations().stream()
        .filter(operation -> operation.op() instanceof Attention)
        .findFirst()
        .map(attention -> new Generation(kernel, AttentionSpace.of(attention), symbols, target).run());
  }

  /**
   * Why warps compute the attention of a kernel, each for itself, and not warpgroups; nothing where these do, or where
   * the kernel has no attention.
   *
   * @param symbols what is known of symbolic sizes
   */
  public Optional<String> whyByWarps(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Attention).findFirst()
        .flatMap(attention -> new Generation(kernel, AttentionSpace.of(attention), symbols, target).choice.why());
  }

  /** Whether a kernel computes an attention of these operands; where none does, it is computed as its parts. */
  public static boolean takes(Attention op, List<Value> operands) {
    // What has no parts is refused by the generator, with the reason.
    return op.scheme().isPresent() || op.filter().isPresent()
        || AttentionSpace.obstacle(op, operands.stream().map(Value::tensorType).toList()).isEmpty();
  }

  /** The making of one program. */
  private static final class Generation {
    private final Operation kernel;
    private final Block region;
    private final AttentionSpace space;
    private final WarpgroupChoice choice;
    private final Optional<WarpgroupAttention> warpgroups;
    private final AttentionTile tile;
    private final ImmutableMap<String, SymbolBounds> symbols;
    private final TileBuilder builder = new TileBuilder();
    private final Map<Value, Operation> definitions = new HashMap<>();
    private final KernelBuffers buffers;
    private Value queryTile;
    private Value firstQuery;
    private Value head;
    private ImmutableMap<String, Index> outside;

    private Generation(
        Operation kernel, AttentionSpace space, ImmutableMap<String, SymbolBounds> symbols, Target target) {
      this.kernel = kernel;
      this.region = kernel.regions().getFirst();
      this.space = space;
      this.symbols = symbols;
      region.operations().forEach(operation -> definitions.put(operation.result(), operation));
      List<TensorType> types = space.operation().operands().stream().map(Value::tensorType).toList();
      AttentionSpace.obstacle(space.op(), types).ifPresent(why -> {
        throw new UnsupportedAccess("no kernel computes this attention: " + why);
      });
      this.buffers = KernelBuffers.declare(builder, region);
      AttentionFormats formats = AttentionFormats.of(space.op(), types, target);
      this.choice = WarpgroupChoice.of(space, formats, buffers, definitions, symbols, target);
      this.warpgroups = choice.loop();
      this.tile = warpgroups.map(WarpgroupAttention::tile).orElseGet(() -> AttentionTile.of(formats, space));
      int shared = target.limits().sharedPerBlock();
      if (warpgroups.isEmpty() && tile.sharedBytes() > shared) {
        throw new UnsupportedAccess("no kernel computes attention"
            + space.op().scheme().map(scheme -> " by " + scheme.keyword()).orElse("") + " of heads of " + space.depth()
            + " on " + target.name() + ": its tiles take " + tile.sharedBytes()
            + " bytes of shared memory, and a block has " + shared);
      }
      FilteredSums.obstacle(space, tile).ifPresent(why -> {
        throw new UnsupportedAccess("no kernel computes this attention: " + why);
      });
    }

    private KernelProgram run() {
      builder.at(kernel.location());
      builder.effect(new Launch(
          ImmutableList.of(space.queries().ceilDiv(tile.queries()), space.heads(), Dim.ONE), tile.warps()));
      queryTile = builder.programId(0);
      firstQuery = builder.apply(Scalar.MUL, queryTile, builder.number(tile.queries()));
      head = builder.programId(1);
      outside = ImmutableMap.of(AttentionSpace.HEAD, Index.scalar(head));
      builder.at(space.operation().location());
      epilogue();
      String label = ((Kernel) kernel.op()).label();
      return new KernelProgram(
          new Function(label, builder.block().build(), kernel.location()), buffers.parameters());
    }

    /** What is carried behind the last tile of keys. */
    private List<Value> mainLoop(OnlineSoftmax softmax) {
      if (warpgroups.isPresent()) {
        return warpgroups.get().build(builder, head, firstQuery, new WarpgroupAttention.Parts(
            softmax, VisibleKeys.of(builder, space, tile, firstQuery, selectedTiles(), length()),
            ScoreScales.of(builder, this::queryEmitter, space, tile, queryTile, false), this::scoreEmitter));
      }
      OperandLoader queries = loader(tile.ofQueries(), 0, AttentionSpace.QUERY, space.queryAt());
      OperandLoader keys = loader(tile.ofKeys(), 1, AttentionSpace.KEY, space.keyAt());
      OperandLoader values = loader(tile.ofValues(), 2, AttentionSpace.COLUMN, space.valueAt());
      queries.allocate(builder);
      keys.allocate(builder);
      values.allocate(builder);
      Optional<AttentionScales> scales = AttentionScales.of(space, tile, buffers, symbols);
      scales.ifPresent(loaders -> loaders.allocate(builder));
      fetch(builder, queries, 0, space.queryAt(), firstQuery, builder.number(0), builder.number(0));
      scales.ifPresent(loaders -> loaders.fetchQueries(builder, firstQuery, outside));
      builder.effect(new CommitCopies());
      builder.effect(new WaitCopies(0));
      builder.effect(new Barrier());
      ImmutableList<Value> kept = tile.keepsQueries() ? fragments(builder, queries) : ImmutableList.of();
      VisibleKeys visible = VisibleKeys.of(builder, space, tile, firstQuery, selectedTiles(), length());
      ScoreScales factorsOfScores = ScoreScales.of(builder, this::queryEmitter, space, tile, queryTile, true);
      List<Value> operands = new ArrayList<>();
      operands.add(visible.count());
      operands.addAll(softmax.start(builder));
      Block fetch = builder.nested(inner -> {
        Value keyTile = visible.tile(inner, inner.block().argument(TileType.scalar(Formats.I32)));
        Value stage = inner.block().argument(TileType.scalar(Formats.I32));
        Value first = inner.apply(Scalar.MUL, keyTile, inner.number(tile.keys()));
        if (!tile.hasOneStepOfKeys()) {
          fetch(inner, keys, 1, space.keyAt(), first, inner.number(0), stage);
        }
        if (!tile.hasOneStepOfValues()) {
          fetch(inner, values, 2, space.valueAt(), inner.number(0), first, stage);
        }
        scales.ifPresent(loaders -> loaders.fetch(inner, keyTile, outside, stage));
        return List.of();
      });
      Block use = builder.nested(inner -> {
        Value keyTile = visible.tile(inner, inner.block().argument(TileType.scalar(Formats.I32)));
        Value stage = inner.block().argument(TileType.scalar(Formats.I32));
        List<Value> carried = operands.stream().skip(1).map(value -> inner.block().argument(value.type())).toList();
        if (tile.hasOneStepOfKeys()) {
          Value first = inner.apply(Scalar.MUL, keyTile, inner.number(tile.keys()));
          fetch(inner, keys, 1, space.keyAt(), first, inner.number(0), inner.number(0));
          inner.effect(new Barrier());
        }
        if (tile.hasOneStepOfValues()) {
          Value first = inner.apply(Scalar.MUL, keyTile, inner.number(tile.keys()));
          fetch(inner, values, 2, space.valueAt(), inner.number(0), first, inner.number(0));
          inner.effect(new CommitCopies());
        }
        Value stageOfKeys = tile.hasOneStepOfKeys() ? inner.number(0) : stage;
        ImmutableList<Value> left = kept.isEmpty() ? fragments(inner, queries) : kept;
        Value products = factorsOfScores.origin().start(
            inner, new TileType(tile.scores().accumulator(), tile.ofKeys().accumulators()));
        ImmutableList<Value> factors = scales.map(loaders ->
            ImmutableList.of(loaders.ofQueries(inner), loaders.ofKeys(inner, stage))).orElse(ImmutableList.of());
        for (int step = 0; step < left.size(); step++) {
          products = BlockScales.multiply(
              tile.scores(), inner, products, left.get(step), keyFragment(inner, keys, stageOfKeys, step), factors,
              step);
        }
        if (tile.permutesKeys()) {
          products = inner.add(new TileRename(TileBuilder.type(products).withLayout(tile.scoreLayout())), products);
        }
        ElementEmitter emitter = scoreEmitter(inner, keyTile);
        Optional<ScoreScales.Waiting> waiting = factorsOfScores.waiting(inner, emitter, keyTile);
        Value scores = visible.scores(inner, products, emitter, factorsOfScores, waiting, keyTile);
        OnlineSoftmax.Weights weights = tile.format().appliesScales() || tile.widensGroups()
            ? new GroupedSoftmax(tile, softmax).weights(inner, scores, carried)
            : softmax.weights(inner, scores, waiting, carried);
        if (tile.hasOneStepOfValues()) {
          inner.effect(new WaitCopies(0));
          inner.effect(new Barrier());
        }
        Value stageOfValues = tile.hasOneStepOfValues() ? inner.number(0) : stage;
        WeightedSums sums = new WeightedSums(tile);
        return weights.next(space.op().filter().isEmpty()
            ? sums.add(inner, weights, values, scales, stageOfValues)
            : new FilteredSums(space, tile, sums).add(inner, weights, values, scales, stageOfValues, emitter));
      });
      return builder.block().add(new Pipeline(tile.stages()), operands, List.of(fetch, use)).results();
    }

    private Optional<SelectedTiles> selectedTiles() {
      return space.selection().map(selection -> new SelectedTiles(
          space, tile, buffers.arguments().get(selection), outside, symbols, firstQuery));
    }

    private SequenceLength length() {
      Grid2 grid = new Grid2(tile.scoreLayout(), AttentionSpace.QUERY, AttentionSpace.KEY, outside);
      GlobalMemory memory = new GlobalMemory(builder, grid, ImmutableList.of(), symbols);
      ElementEmitter emitter = new ElementEmitter(grid, builder, memory, region, buffers.arguments());
      return SequenceLength.of(space, space.lengths().map(lengths -> {
        Value loaded = emitter.value(lengths, space.lengthAt());
        return TileBuilder.type(loaded).isScalar() ? loaded : builder.add(new TileItem(), loaded);
      }));
    }

    /** A step of keys in the order in which the columns of the product are. */
    private Value keyFragment(TileBuilder inner, OperandLoader keys, Value stage, int step) {
      Value fragment = keys.fragment(inner, stage, step);
      TileType columns = TileBuilder.type(fragment).withLayout(tile.ofKeys().right());
      return tile.permutesKeys() ? inner.add(new TileRename(columns), fragment) : fragment;
    }

    private ImmutableList<Value> fragments(TileBuilder into, OperandLoader queries) {
      ImmutableList.Builder<Value> fragments = ImmutableList.builder();
      for (int step = 0; step < tile.depth() / tile.scores().step(); step++) {
        fragments.add(queries.fragment(into, into.number(0), step));
      }
      return fragments.build();
    }

    /** Where an operand lies in memory, if nothing but views stands between. */
    private Optional<Value> inMemory(Value value) {
      if (buffers.arguments().containsKey(value)) {
        return Optional.of(value);
      }
      Operation definition = definitions.get(value);
      return definition.op() instanceof ViewOp || definition.op() instanceof Cast
          ? inMemory(definition.operand(0)) : Optional.empty();
    }

    private List<IndexExpr> memoryAt(Value value, List<IndexExpr> at) {
      if (buffers.arguments().containsKey(value)) {
        return at;
      }
      Operation definition = definitions.get(value);
      return definition.op() instanceof ViewOp view
          ? memoryAt(definition.operand(0),
              Views.operandCoordinates(view, definition.operand(0), value.tensorType(), at))
          : memoryAt(definition.operand(0), at);
    }

    private OperandLoader loader(ProductTile product, int operand, String outer, List<IndexExpr> at) {
      Value value = space.operation().operand(operand);
      GlobalMemory analysis = new GlobalMemory(builder, null, guards(operand), symbols);
      Optional<Memory> source = inMemory(value).map(buffers.arguments()::get);
      OperandLoader.Access access = source.<OperandLoader.Access>map(memory -> (variable, most) ->
          analysis.vector(memory.type().shape(), memoryAt(value, at), variable, most))
          .orElse(OperandLoader.Access.NONE);
      boolean asItIs =
          source.filter(memory -> memory.type().format().equals(product.format().operand(operand == 0))).isPresent();
      return operand == 1
          ? new OperandLoader(product, false, outer, access, asItIs, 4, tile.keyFragment())
          : new OperandLoader(product, operand == 0, outer, access, asItIs, 4);
    }

    private void fetch(
        TileBuilder inner, OperandLoader loader, int operand, List<IndexExpr> at, Value firstOuter, Value firstDepth,
        Value stage) {
      Value value = space.operation().operand(operand);
      Grid2 grid = loader.grid(inner, firstOuter, firstDepth, outside);
      GlobalMemory memory = new GlobalMemory(inner, grid, guards(operand), symbols);
      if (loader.isAsync()) {
        loader.copy(memory, buffers.arguments().get(inMemory(value).orElseThrow()), memoryAt(value, at), stage);
      } else {
        ElementEmitter emitter = new ElementEmitter(grid, inner, memory, region, buffers.arguments());
        Value elements = !value.tensorType().isScaled() ? emitter.value(value, at)
            : tile.widensGroups() ? emitter.dequantized(value, at) : codes(memory, buffers.arguments().get(value), at);
        loader.store(inner, grid, memory.zeroOutside(elements), stage);
      }
    }

    private static Value codes(GlobalMemory memory, Memory scaled, List<IndexExpr> at) {
      return memory.load(scaled.elements(), scaled.type().shape(), at);
    }

    /** The guards of an operand's tiles that some tile does not meet everywhere. */
    private ImmutableList<Guard> guards(int operand) {
      return operand == 2
          ? guards(columnGuard(), Guard.of(OperandLoader.DEPTH, space.valueKeys()), tile.keys())
          : guards(
              operand == 0 ? space.queryGuard() : space.keyGuard(),
              Guard.of(OperandLoader.DEPTH, Dim.of(space.depth())), tile.depth());
    }

    private Guard columnGuard() {
      return Guard.of(AttentionSpace.COLUMN, Dim.of(space.width()));
    }

    /** Those of an outer guard and one of another variable, whose tile has that extent. */
    private ImmutableList<Guard> guards(Guard outer, Guard inner, int extent) {
      int outerExtent = switch (outer.variable()) {
        case AttentionSpace.QUERY -> tile.queries();
        case AttentionSpace.KEY -> tile.keys();
        default -> tile.width();
      };
      ImmutableList.Builder<Guard> guards = ImmutableList.builder();
      if (outer.bound().dividedBy(Dim.of(outerExtent)).isEmpty()) {
        guards.add(outer);
      }
      if (inner.bound().dividedBy(Dim.of(extent)).isEmpty()) {
        guards.add(inner);
      }
      return guards.build();
    }

    private ElementEmitter scoreEmitter(TileBuilder into, Value keyTile) {
      Grid2 grid = queryGrid(into)
          .withTile(into, AttentionSpace.KEY, space.keys(), keyTile, tile.keys(), 0);
      GlobalMemory memory =
          new GlobalMemory(into, grid, guards(space.queryGuard(), space.keyGuard(), tile.keys()), symbols);
      return new ElementEmitter(grid, into, memory, region, buffers.arguments());
    }

    /** What is the same for all tiles of keys. */
    private ElementEmitter queryEmitter() {
      Grid2 grid = queryGrid(builder);
      GlobalMemory memory = new GlobalMemory(
          builder, grid, guards(space.queryGuard(), Guard.of(AttentionSpace.KEY, Dim.ONE), 1), symbols);
      return new ElementEmitter(grid, builder, memory, region, buffers.arguments());
    }

    private Grid2 queryGrid(TileBuilder into) {
      Grid2 grid = new Grid2(tile.scoreLayout(), AttentionSpace.QUERY, AttentionSpace.KEY, outside);
      // The mask then has a row for each block of queries.
      int tiles = space.op().scheme().filter(scheme -> scheme.lowBit().smoothsQueries()).isPresent()
          ? Math.max(1, QUERY_BLOCK / tile.queries()) : 1;
      return tiles > 1
          ? grid.withTileOf(into, tiles, AttentionSpace.QUERY, space.queries(), queryTile, tile.queries())
          : grid.withTile(into, AttentionSpace.QUERY, space.queries(), queryTile, tile.queries(), 0);
    }

    private void epilogue() {
      OnlineSoftmax softmax = new OnlineSoftmax(space, tile);
      List<Value> carried = mainLoop(softmax);
      Value result = softmax.finish(builder, carried);
      Grid2 grid = new Grid2(tile.sums(), AttentionSpace.QUERY, AttentionSpace.COLUMN, outside)
          .withTile(builder, AttentionSpace.QUERY, space.queries(), queryTile, tile.queries(), 0)
          .withTile(builder, AttentionSpace.COLUMN, Dim.of(space.width()), builder.number(0), tile.width(), 0);
      GlobalMemory memory = new GlobalMemory(
          builder, grid, guards(space.queryGuard(), columnGuard(), tile.width()), symbols);
      ElementEmitter emitter = new ElementEmitter(grid, builder, memory, region, buffers.arguments());
      Value scaled = space.scalesValues() && !tile.format().appliesScales() && !tile.widensGroups()
          ? grid.apply(builder, Scalar.MUL, result, emitter.scaleOf(
              emitter.memoryOf(space.operation().operand(2)), space.columnAt()))
          : result;
      emitter.define(space.operation().result(), space.resultAt(), scaled);
      for (int i = 0; i < buffers.results().size(); i++) {
        Memory target = buffers.results().get(i);
        Operation definition = definitions.get(region.results().get(i));
        if (definition.op() instanceof AttentionLse) {
          memory.store(target.elements(), target.type().shape(), space.rowAt(), softmax.logarithm(builder, carried));
          continue;
        }
        Value value = emitter.value(region.results().get(i), space.resultAt());
        Value stored = builder.cast(value, target.type().format(), Rounding.NEAREST_EVEN);
        memory.store(target.elements(), target.type().shape(), space.resultAt(), stored);
      }
    }
  }
}
