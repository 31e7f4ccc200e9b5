package nibble.passes.attention.sparse;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.BlockSelection;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * An attention that is to be made sparse.
 *
 * @param op what it computes; it selects no blocks yet
 * @param queries {@code [.., Hq, Nq, D]}
 * @param keys {@code [.., Hkv, Nk, D]}
 * @param values {@code [.., Hkv, Nk, E]}
 * @param mask as the op has it
 * @param added numbers behind a mask of truth values, as the op has them
 */
public record AttentionCall(
    Attention op, Value queries, Value keys, Value values, Optional<Value> mask, Optional<Value> added) {
  /** An attention without a mask. */
  public AttentionCall(Attention op, Value queries, Value keys, Value values) {
    this(op, queries, keys, values, Optional.empty(), Optional.empty());
  }

  /** Number of queries of a head. */
  public long queryCount() {
    return shape(queries).dim(-2).constant();
  }

  /** Number of keys of a head. */
  public long keyCount() {
    return shape(keys).dim(-2).constant();
  }

  /** All axes of queries before the last two. */
  public Shape leading() {
    return shape(queries).slice(0, shape(queries).rank() - 2);
  }

  static Shape shape(Value value) {
    return value.tensorType().shape();
  }

  /** The obstacle that the lengths are not known, or that heads are not. */
  Optional<String> unknownExtents() {
    for (Dim dim : List.of(shape(queries).dim(-2), shape(keys).dim(-2), shape(queries).last(), shape(values).last())) {
      if (!dim.isConstant()) {
        return Optional.of("blocks are of lengths that are known, not " + dim + "; specialize it");
      }
    }
    return Optional.empty();
  }

  /** The obstacle that something is hidden or added, which no linear attention knows of. */
  Optional<String> masked() {
    List<TensorType> types = operands().stream().map(Value::tensorType).toList();
    return op.hides(types) || mask.isPresent()
        ? Optional.of("it is linear in part, and nothing can be hidden there") : Optional.empty();
  }

  /** Which blocks positions do not hide, {@code [Mq, Mk]} or {@code [1, 1]}. */
  Value visible(Arithmetic arithmetic, long blockQueries, long blockKeys) {
    Value all = arithmetic.builder().add(Constant.splat(1, TensorType.of(Shape.of(1, 1), Formats.BOOL)));
    return new BlockSelection(
        arithmetic.builder(), op.withBlocks(blockQueries, blockKeys), shape(queries), shape(keys)).visible(all);
  }

  /** The operands of the op. */
  public ImmutableList<Value> operands() {
    List<Value> operands = new ArrayList<>(List.of(queries, keys, values));
    mask.ifPresent(operands::add);
    added.ifPresent(operands::add);
    return ImmutableList.copyOf(operands);
  }

  /** A result in the format that the op has. */
  Value toResult(Arithmetic arithmetic, Value x) {
    return op.to().equals(x.tensorType().format()) ? x : arithmetic.builder().add(new Cast(op.to()), x);
  }

  /** The attention over selected blocks of so many queries and keys. */
  Value select(Arithmetic arithmetic, Value bitmap, long blockQueries, long blockKeys) {
    return select(arithmetic, bitmap, blockQueries, blockKeys, Optional.empty());
  }

  /** The same with a filter of blocks whose scores are so much lower than others. */
  Value select(
      Arithmetic arithmetic, Value bitmap, long blockQueries, long blockKeys, Optional<Double> filter) {
    List<Value> operands = new ArrayList<>(operands());
    operands.add(bitmap);
    Attention selecting = op.withBlocks(blockQueries, blockKeys);
    return arithmetic.builder()
        .add(filter.map(selecting::withFilter).orElse(selecting), operands.toArray(Value[]::new));
  }
}
