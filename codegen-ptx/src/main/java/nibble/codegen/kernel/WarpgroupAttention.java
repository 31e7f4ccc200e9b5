package nibble.codegen.kernel;

import static nibble.codegen.layout.Dimension.REGISTER;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
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
import nibble.ir.shape.Shape;

/**
 * The main loop of an attention by warpgroups, of which each has 64 queries ("FlashAttention-3: Fast and Accurate
 * Attention with Asynchrony and Low-precision"): a warp of its own brings tiles of keys and values by tensor copies, and
 * queries with the first of them. Products of queries and keys, both in shared memory, are in registers; weights are
 * packed there as the left operand of their product with values, which lie across their depth.
 *
 * @param queries how tensor copies tell queries
 * @param keys how they tell keys
 * @param values how they tell values
 * @param stages stages of shared memory
 */
record WarpgroupAttention(
    AttentionSpace space, AttentionTile tile, MappedOperand queries, MappedOperand keys, MappedOperand values,
    int stages) {

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
    Value ofQueries = builder.add(new SharedAlloc(shared(tile.queries(), tile.depth(), 1)));
    Value ofKeys = builder.add(new SharedAlloc(shared(tile.keys(), tile.depth(), stages)));
    Value ofValues = builder.add(new SharedAlloc(shared(tile.keys(), tile.width(), stages)));
    Value queryMap = map(builder, queries, ofQueries);
    Value keyMap = map(builder, keys, ofKeys);
    Value valueMap = map(builder, values, ofValues);
    Map<String, Value> queryHeads = heads(builder, head, 0);
    Map<String, Value> keyHeads = heads(builder, head, 1);
    List<Value> operands = new ArrayList<>();
    operands.add(parts.visible().count());
    operands.addAll(parts.softmax().start(builder));
    Block fetch = builder.nested(inner -> {
      Value iteration = inner.block().argument(TileType.scalar(Formats.I32));
      Value stage = inner.block().argument(TileType.scalar(Formats.I32));
      Block once = inner.nested(first -> {
        copy(first, queries, queryMap, ofQueries, first.number(0), queryHeads,
            Map.of(AttentionSpace.QUERY, firstQuery, OperandLoader.DEPTH, first.number(0)));
        return List.of();
      });
      inner.effect(new Guard(), List.of(inner.apply(Scalar.EQ, iteration, inner.number(0))), once);
      Value firstKey = inner.apply(
          Scalar.MUL, parts.visible().tile(inner, iteration), inner.number(tile.keys()));
      copy(inner, keys, keyMap, ofKeys, stage, keyHeads,
          Map.of(AttentionSpace.KEY, firstKey, OperandLoader.DEPTH, inner.number(0)));
      copy(inner, values, valueMap, ofValues, stage, keyHeads,
          Map.of(OperandLoader.DEPTH, firstKey, AttentionSpace.COLUMN, inner.number(0)));
      return List.of();
    });
    Block use = builder.nested(inner -> {
      Value iteration = inner.block().argument(TileType.scalar(Formats.I32));
      Value stage = inner.block().argument(TileType.scalar(Formats.I32));
      List<Value> carried = operands.stream().skip(1).map(value -> inner.block().argument(value.type())).toList();
      Value keyTile = parts.visible().tile(inner, iteration);
      Value none = inner.fill(0, new TileType(tile.scores().accumulator(), tile.scoreLayout()));
      Value products = inner.add(
          new WaitWarpgroupMma(), inner.add(new WarpgroupMma(1, 1), none, ofQueries, ofKeys, stage));
      ElementEmitter emitter = parts.scores().apply(inner, keyTile);
      Value scores = parts.visible().scores(inner, products, emitter, parts.factors(), keyTile);
      OnlineSoftmax.Weights weights = parts.softmax().weights(
          inner, scores, parts.factors().waiting(inner, emitter, keyTile), carried);
      Value before = inner.apply(Scalar.MUL, weights.sums(), weights.rescale());
      Value left = inner.add(new MmaOperand(0, leftType()), weights.weights());
      Value sums = inner.add(
          new WaitWarpgroupMma(), inner.add(new WarpgroupMma(1, 0), before, left, ofValues, stage));
      return weights.next(sums);
    });
    return builder.block().add(new Pipeline(stages), operands, List.of(fetch, use)).results();
  }

  private NumberFormat format() {
    return tile.format().left();
  }

  /** All weights of a tile as the left operand of their product with values. */
  private TileType leftType() {
    LinearLayout step = tile.ofValues().left();
    return new TileType(
        format(), step.times(LinearLayout.identity(
            REGISTER, tile.keys() / tile.format().step(), Dimension.tensor(1))));
  }

  private SharedType shared(int rows, int columns, int count) {
    return shared(format(), rows, columns, count);
  }

  /** Tiles as descriptors and tensor maps tell them. */
  private static SharedType shared(NumberFormat format, int rows, int columns, int count) {
    int bits = format.storageBits();
    return new SharedType(
        format, count, SharedLayout.swizzled(SwizzleMode.ofRows(columns * bits / Byte.SIZE), bits, rows, columns));
  }

  /** Bytes of shared memory of a tile with so many stages. */
  static int sharedBytes(AttentionTile tile, int stages) {
    NumberFormat format = tile.format().left();
    return shared(format, tile.queries(), tile.depth(), 1).bytes()
        + shared(format, tile.keys(), tile.depth(), stages).bytes()
        + shared(format, tile.keys(), tile.width(), stages).bytes();
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
    operands.addAll(operand.coordinates(all));
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
