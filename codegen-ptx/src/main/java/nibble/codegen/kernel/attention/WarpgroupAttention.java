package nibble.codegen.kernel.attention;

import static nibble.codegen.layout.Dimension.REGISTER;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.MappedOperand;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.layout.SharedLayout;
import nibble.codegen.layout.SwizzleMode;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.CopyTensor;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.MmaOperand;
import nibble.codegen.tile.op.Pipeline;
import nibble.codegen.tile.op.SharedAlloc;
import nibble.codegen.tile.op.WaitWarpgroupMma;
import nibble.codegen.tile.op.WarpgroupMma;
import nibble.ir.Block;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The main loop of an attention by warpgroups, of which each has 64 queries ("FlashAttention-3: Fast and Accurate
 * Attention with Asynchrony and Low-precision"): warps of their own bring tiles of keys and values by tensor copies,
 * and queries with the first of them. Products of queries and keys, both in shared memory, are in registers; weights
 * are packed there as the left operand of their product with values, which lie across their depth.
 *
 * <p>A stage has keys of one tile and values of the one before. So both products of an iteration, of which neither
 * needs the other, are under way together, and the second one goes on while the softmax works on results of the first.
 *
 * @param queries how tensor copies tell queries
 * @param keys how they tell keys
 * @param values how they tell values
 * @param stages stages of shared memory
 * @param registers of a thread, where its share is too small
 */
record WarpgroupAttention(
    AttentionSpace space, AttentionTile tile, MappedOperand queries, MappedOperand keys, MappedOperand values,
    int stages, Optional<Integer> registers) {

  /** The name of a variable along an axis of heads. */
  static String axis(int number) {
    return "axis" + number;
  }

  /** What changes from iteration to iteration besides. */
  record Parts(
      OnlineSoftmax softmax, VisibleKeys visible, ScoreScales factors,
      BiFunction<TileBuilder, Value, ElementEmitter> scores) {}

  /**
   * The loop.
   *
   * @param head number of the head of queries
   * @param firstQuery of the block
   * @return what is carried behind the last tile
   */
  List<Value> build(TileBuilder builder, Value head, Value firstQuery, Parts parts) {
    Value ofQueries = builder.add(new SharedAlloc(shared(tile, 0, 1)));
    Value ofKeys = builder.add(new SharedAlloc(shared(tile, 1, stages)));
    Value ofValues = builder.add(new SharedAlloc(shared(tile, 2, stages)));
    Value queryMap = map(builder, queries, ofQueries);
    Value keyMap = map(builder, keys, ofKeys);
    Value valueMap = map(builder, values, ofValues);
    Map<String, Value> queryHeads = heads(builder, head, 0);
    Map<String, Value> keyHeads = heads(builder, head, 1);
    Value count = parts.visible().count();
    Value nowhere = builder.size(space.keys().ceilDiv(tile.keys()).times(Dim.of(tile.keys())));
    Value none = builder.fill(0, new TileType(tile.scores().accumulator(), tile.scoreLayout()));
    Value noWeights = builder.fill(0, new TileType(Formats.F32, tile.scoreLayout()));
    List<Value> operands = new ArrayList<>();
    operands.add(count);
    operands.addAll(parts.softmax().start(builder));
    operands.add(builder.add(new MmaOperand(0, leftType()), noWeights));
    Block fetch = builder.nested(inner -> {
      Value iteration = inner.block().argument(TileType.scalar(Formats.I32));
      Value stage = inner.block().argument(TileType.scalar(Formats.I32));
      Block once = inner.nested(first -> {
        copy(first, queries, queryMap, ofQueries, first.number(0), queryHeads,
            Map.of(AttentionSpace.QUERY, firstQuery, OperandLoader.DEPTH, first.number(0)));
        return List.of();
      });
      inner.effect(new Guard(), List.of(inner.apply(Scalar.EQ, iteration, inner.number(0))), once);
      Value firstKey = first(inner, parts.visible(), iteration, inner.apply(Scalar.LT, iteration, count), nowhere);
      copy(inner, keys, keyMap, ofKeys, stage, keyHeads,
          Map.of(AttentionSpace.KEY, firstKey, OperandLoader.DEPTH, inner.number(0)));
      Value before = inner.apply(Scalar.SUB, iteration, inner.number(1));
      Value firstValue = first(
          inner, parts.visible(), before, inner.apply(Scalar.GE, before, inner.number(0)), nowhere);
      copy(inner, values, valueMap, ofValues, stage, keyHeads,
          Map.of(OperandLoader.DEPTH, firstValue, AttentionSpace.COLUMN, inner.number(0)));
      return List.of();
    });
    Block use = builder.nested(inner -> {
      Value iteration = inner.block().argument(TileType.scalar(Formats.I32));
      Value stage = inner.block().argument(TileType.scalar(Formats.I32));
      List<Value> carried = operands.stream().skip(1).map(value -> inner.block().argument(value.type())).toList();
      Value products = inner.add(new WarpgroupMma(1, 1), none, ofQueries, ofKeys, stage);
      Value running = inner.add(new WarpgroupMma(1, 0), carried.getFirst(), carried.getLast(), ofValues, stage);
      Value keyTile = parts.visible().tile(inner, iteration);
      ElementEmitter emitter = parts.scores().apply(inner, keyTile);
      // Scales are read while products are under way.
      Optional<ScoreScales.Waiting> waiting = parts.factors().waiting(inner, emitter, keyTile);
      Value done = inner.add(new WaitWarpgroupMma(Optional.of(1)), products);
      Value scores = parts.visible().scores(inner, done, emitter, parts.factors(), waiting, keyTile);
      OnlineSoftmax.Weights weights = parts.softmax().weights(inner, scores, waiting, carried);
      Value sums = inner.add(new WaitWarpgroupMma(), running);
      List<Value> next = new ArrayList<>(weights.next(inner.apply(Scalar.MUL, sums, weights.rescale())));
      next.add(inner.add(new MmaOperand(0, leftType()), weights.weights()));
      return next;
    });
    Block last = builder.nested(inner -> {
      inner.block().argument(TileType.scalar(Formats.I32));
      Value stage = inner.block().argument(TileType.scalar(Formats.I32));
      List<Value> carried = operands.stream().skip(1).map(value -> inner.block().argument(value.type())).toList();
      List<Value> results = new ArrayList<>(carried);
      results.set(0, inner.add(new WaitWarpgroupMma(), inner.add(
          new WarpgroupMma(1, 0), carried.getFirst(), carried.getLast(), ofValues, stage)));
      return results;
    });
    Pipeline pipeline = new Pipeline(stages, Optional.of(true), registers);
    return builder.block().add(pipeline, operands, List.of(fetch, use, last)).results();
  }

  /** The first key of the tile of an iteration that there is, or a place behind all keys. */
  private Value first(TileBuilder builder, VisibleKeys visible, Value iteration, Value isThere, Value nowhere) {
    // A list of tiles is read where it has an entry in any case.
    Value some = builder.apply(Scalar.SELECT, isThere, iteration, builder.number(0));
    Value first = builder.apply(Scalar.MUL, visible.tile(builder, some), builder.number(tile.keys()));
    return builder.apply(Scalar.SELECT, isThere, first, nowhere);
  }

  /** The format in which an operand is multiplied. */
  static NumberFormat format(AttentionTile tile, int operand) {
    return operand == 2 ? tile.format().right() : tile.scores().operand(operand == 0);
  }

  /** All weights of a tile as the left operand of their product with values. */
  private TileType leftType() {
    LinearLayout step = tile.ofValues().left();
    return new TileType(
        tile.format().left(), step.times(LinearLayout.identity(
            REGISTER, tile.keys() / tile.format().step(), Dimension.tensor(1))));
  }

  /** Tiles of an operand as descriptors and tensor maps tell them. */
  private static SharedType shared(AttentionTile tile, int operand, int count) {
    NumberFormat format = format(tile, operand);
    int bits = format.storageBits();
    int columns = operand == 2 ? tile.width() : tile.depth();
    return new SharedType(format, count, SharedLayout.swizzled(
        SwizzleMode.ofRows(columns * bits / Byte.SIZE), bits, operand == 0 ? tile.queries() : tile.keys(), columns));
  }

  /** Bytes of shared memory of a tile with so many stages. */
  static int sharedBytes(AttentionTile tile, int stages) {
    return shared(tile, 0, 1).bytes() + shared(tile, 1, stages).bytes() + shared(tile, 2, stages).bytes();
  }

  private static Value map(TileBuilder builder, MappedOperand operand, Value memory) {
    SharedLayout layout = ((SharedType) memory.type()).layout();
    int rows = layout.layout().outputSize(Dimension.tensor(0));
    int columns = layout.layout().outputSize(Dimension.tensor(1));
    int span = SwizzleMode.ofRows(columns * layout.elementBits() / Byte.SIZE).span();
    return operand.map(builder, span * Byte.SIZE / layout.elementBits(), rows, span);
  }

  private static void copy(
      TileBuilder builder, MappedOperand operand, Value map, Value memory, Value stage, Map<String, Value> heads,
      Map<String, Value> first) {
    Map<String, Value> all = new HashMap<>(heads);
    all.putAll(first);
    List<Value> operands = new ArrayList<>(List.of(map, memory, stage));
    operands.addAll(operand.coordinates(builder, all));
    builder.effect(new CopyTensor(), operands.toArray(Value[]::new));
  }

  /** Where the head lies along each axis of an operand's heads. */
  private Map<String, Value> heads(TileBuilder builder, Value head, int operand) {
    Shape ofQueries = space.operation().operand(0).tensorType().shape();
    Shape leading = ofQueries.slice(0, ofQueries.rank() - 2);
    Map<String, Value> heads = new HashMap<>();
    for (int number = 0; number < leading.rank(); number++) {
      Value at = head;
      if (number + 1 < leading.rank()) {
        at = builder.apply(Scalar.QUOTIENT, at, builder.size(leading.slice(number + 1, leading.rank()).size()));
      }
      if (number > 0) {
        at = builder.apply(Scalar.MODULO, at, builder.size(leading.dim(number)));
      }
      if (operand > 0 && number == leading.rank() - 1) {
        at = builder.apply(Scalar.QUOTIENT, at, builder.size(
            Attention.group(ofQueries, space.operation().operand(operand).tensorType().shape())));
      }
      heads.put(axis(number), at);
    }
    return heads;
  }
}
