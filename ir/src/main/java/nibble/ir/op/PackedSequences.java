package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Sequences that lie one behind the other on one axis of tokens, as ops. Numbers of sequences rise with tokens,
 * whatever the offsets are, for they count them.
 *
 * @param offsets where each sequence starts, and where the last one ends, {@code i32 [S+1]}
 * @param tokens of all sequences, and perhaps some before and behind
 */
public record PackedSequences(BlockBuilder builder, Value offsets, Dim tokens) {
  /** An attention and its operands. */
  public record Unpacked(Attention op, List<Value> operands) {}

  /**
   * An attention of packed sequences as one with a mask, and with a selection of the blocks in which a query and a key
   * may be of one sequence; where it has a selection, with that one.
   */
  public static Unpacked unpack(BlockBuilder builder, Attention op, List<Value> operands, long queries, long keys) {
    PackedSequences packed = new PackedSequences(
        builder, op.lengths(operands).orElseThrow(), operands.getFirst().tensorType().shape().dim(-2));
    List<Value> unpacked = new ArrayList<>(operands.subList(0, 3));
    Value together = packed.together();
    unpacked.add(op.mask(operands).map(mask -> packed.and(mask, together)).orElse(together));
    op.added(operands).ifPresent(unpacked::add);
    Attention plain = new Attention(
        op.scale(), op.causal(), op.window(), op.fill(), op.scheme(), op.blocks(), Optional.empty(), op.filter(),
        op.to());
    Optional<Value> selection = op.selection(operands);
    unpacked.add(selection.orElseGet(() -> packed.blocks(queries, keys)));
    return new Unpacked(selection.isPresent() ? plain : plain.withBlocks(queries, keys), unpacked);
  }

  private Value and(Value mask, Value together) {
    return mask.tensorType().format().equals(Formats.BOOL)
        ? builder.add(new And(), mask, together)
        : builder.add(new Select(), together, mask, builder.add(
            Constant.splat(Double.NEGATIVE_INFINITY, TensorType.scalar(mask.tensorType().format()))));
  }

  /** Whether a query and a key are of one sequence, {@code [N, N]}. */
  Value together() {
    Value numbers = numbers(builder.add(new Iota(tokens)), tokens);
    Value isThere = isThere(numbers, numbers);
    // Those of no sequence are alike in nothing.
    Value ofQueries = builder.add(new Select(), isThere, numbers, number(-1));
    Value ofKeys = builder.add(new Select(), isThere, numbers, number(-2));
    return builder.add(new Compare(Compare.Kind.EQ), column(ofQueries, tokens), row(ofKeys, tokens));
  }

  /** Which blocks have some of one sequence, {@code [ceil(N/b), ceil(N/c)]}. */
  private Value blocks(long queries, long keys) {
    Dim rows = tokens.ceilDiv(queries);
    Dim columns = tokens.ceilDiv(keys);
    Value firstRow = ofBlocks(rows, queries, 0);
    Value lastRow = ofBlocks(rows, queries, queries - 1);
    Value starts = builder.add(
        new Compare(Compare.Kind.LE), column(firstRow, rows), row(ofBlocks(columns, keys, keys - 1), columns));
    Value ends = builder.add(
        new Compare(Compare.Kind.LE), row(ofBlocks(columns, keys, 0), columns), column(lastRow, rows));
    Value isThere = column(isThere(firstRow, lastRow), rows);
    return builder.add(new And(), builder.add(new And(), starts, ends), isThere);
  }

  /** Numbers of the sequences of a token of each block. */
  private Value ofBlocks(Dim count, long size, long inside) {
    Value starts = builder.add(new Mul(), builder.add(new Iota(count)), number(size));
    return numbers(builder.add(new Add(), starts, number(inside)), count);
  }

  /** Whether there may be a sequence between two numbers. */
  private Value isThere(Value first, Value last) {
    Value begins = builder.add(new Compare(Compare.Kind.GT), last, number(0));
    Dim count = offsets.tensorType().shape().dim(0);
    // A token behind all sequences is behind all offsets.
    Value all = builder.add(new ReduceSum(ImmutableList.of(0), false), builder.add(
        new BroadcastTo(Shape.of(count)), number(1)));
    return builder.add(new And(), begins, builder.add(new Compare(Compare.Kind.LT), first, all));
  }

  /** How many offsets are not behind tokens. */
  private Value numbers(Value at, Dim count) {
    Dim all = offsets.tensorType().shape().dim(0);
    Value isBefore = builder.add(new Compare(Compare.Kind.LE), row(offsets, all), column(at, count));
    return builder.add(new ReduceSum(ImmutableList.of(1), false), builder.add(new Cast(Formats.I32), isBefore));
  }

  private Value row(Value vector, Dim count) {
    return builder.add(new Reshape(Shape.of(Dim.ONE, count)), vector);
  }

  private Value column(Value vector, Dim count) {
    return builder.add(new Reshape(Shape.of(count, Dim.ONE)), vector);
  }

  private Value number(long value) {
    return builder.add(Constant.splat(value, TensorType.scalar(Formats.I32)));
  }
}
