package nibble.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Appends attentions of all kinds: heads that share keys, masks of numbers and truth values, windows. */
record RandomAttention(Attention op, List<Value> operands) {
  static void append(RandomBlock block) {
    RandomAttention some = of(block);
    block.add(some.op, some.operands.toArray(Value[]::new));
  }

  /** The logarithms of one. */
  static void appendLogarithms(RandomBlock block) {
    RandomAttention some = of(block);
    block.add(AttentionLse.of(some.op), AttentionLse.operands(some.operands).toArray(Value[]::new));
  }

  private static RandomAttention of(RandomBlock block) {
    RandomTypes types = block.types();
    NumberFormat format = types.pick(List.of(Formats.F32, Formats.F16, Formats.BF16));
    int leading = block.random().nextInt(3);
    Shape batch = leading == 2 ? types.shape(1) : Shape.SCALAR;
    Dim heads = types.pick(List.of(Dim.ONE, Dim.of(2), Dim.symbol("B")));
    Dim queries = types.extent();
    Dim keys = types.chance(0.5) ? queries : types.extent();
    Dim depth = types.extent();
    Shape keyHeads = leading == 0 ? Shape.SCALAR : batch.append(heads);
    Shape queryHeads = leading == 0 ? Shape.SCALAR : batch.append(heads.times(Dim.of(1 + block.random().nextInt(2))));
    List<Value> operands = new ArrayList<>(List.of(
        block.of(TensorType.of(queryHeads.append(queries, depth), format)),
        block.of(TensorType.of(keyHeads.append(keys, depth), format)),
        block.of(TensorType.of(keyHeads.append(keys, types.extent()), format))));
    if (types.chance(0.5)) {
      Shape mask = types.broadcastable(queryHeads.append(queries, keys));
      NumberFormat elements = types.pick(List.of(Formats.BOOL, Formats.F32, Formats.F16));
      operands.add(block.of(TensorType.of(mask, elements)));
      if (elements.equals(Formats.BOOL) && types.chance(0.3)) {
        operands.add(block.of(TensorType.of(types.broadcastable(queryHeads.append(queries, keys)), Formats.F32)));
      }
    }
    Attention op = new Attention(
        types.pick(List.of(1.0, 0.125, -0.5)),
        types.pick(List.of(Attention.Causal.values())),
        types.chance(0.3) ? Optional.of(1L + block.random().nextInt(3)) : Optional.empty(),
        types.chance(0.3) ? Optional.of(-1e4) : Optional.empty(), Optional.empty(), Optional.empty(),
        types.floatFormat());
    if (types.chance(0.3)) {
      boolean isPacked = queries.equals(keys) && op.fill().isEmpty() && types.chance(0.4);
      op = op.withLengths(isPacked
          ? Attention.Lengths.PACKED : types.pick(List.of(Attention.Lengths.KEYS, Attention.Lengths.TOKENS)));
      Shape shape = isPacked ? Shape.of(types.extent()) : types.broadcastable(queryHeads);
      operands.add(block.of(TensorType.of(shape, Formats.I32)));
    }
    if (types.chance(0.3)) {
      op = op.withBlocks(1 + block.random().nextInt(3), 1 + block.random().nextInt(3));
      Shape grid = op.blockGrid(queries, keys);
      Shape bitmap = types.broadcastable(queryHeads.append(grid.dim(0), grid.dim(1)));
      operands.add(block.of(TensorType.of(bitmap, Formats.BOOL)));
    }
    return new RandomAttention(op, operands);
  }
}
