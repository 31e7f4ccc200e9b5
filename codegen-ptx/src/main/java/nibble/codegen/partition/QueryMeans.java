package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Add;
import nibble.ir.op.Attention;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Iota;
import nibble.ir.op.MatMul;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Reshape;
import nibble.ir.op.Select;
import nibble.ir.op.Slice;
import nibble.ir.op.Sub;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Means of blocks of 128 queries: what is subtracted from queries before they become codes, and what its products with
 * keys add to scores. These are a mask, one row for each block, which all of its queries read.
 *
 * @param queries {@code [.., N, D]}
 */
record QueryMeans(BlockBuilder builder, Value queries) {
  private static final long BLOCK = 128;

  private Shape shape() {
    return queries.tensorType().shape();
  }

  private Dim count() {
    return shape().dim(-2);
  }

  private boolean isOne() {
    return count().isConstant() && count().constant() <= BLOCK;
  }

  private Dim blocks() {
    return count().ceilDiv(BLOCK);
  }

  /** The means, {@code [.., blocks, D]}, in the format of the queries. */
  Value means() {
    NumberFormat format = queries.tensorType().format();
    int rows = shape().rank() - 2;
    if (isOne()) {
      return builder.add(new ReduceMean(ImmutableList.of(rows), true), queries);
    }
    Shape whole = shape().slice(0, rows).append(blocks(), Dim.of(BLOCK), shape().last());
    Value wide = cast(padded(), Formats.F32);
    Value sums = builder.add(new ReduceSum(ImmutableList.of(rows + 1), false), builder.add(new Reshape(whole), wide));
    return cast(builder.add(new Div(), sums, counts()), format);
  }

  /** Queries, and zeros up to whole blocks. */
  private Value padded() {
    Dim more = blocks().times(Dim.of(BLOCK)).minus(count());
    if (more.is(0)) {
      return queries;
    }
    int rows = shape().rank() - 2;
    Value zeros = builder.add(
        new BroadcastTo(shape().with(rows, more)), number(0, queries.tensorType().format()));
    return builder.add(new Concat(rows), queries, zeros);
  }

  /** Queries of each block, {@code [blocks, 1]}. */
  private Value counts() {
    Dim more = count().plus(Dim.ONE);
    Value all = count().isConstant()
        ? integer(count().constant())
        : builder.add(new Slice(0, count(), more, 1), builder.add(new Iota(more)));
    Value before = builder.add(new Mul(), builder.add(new Iota(blocks())), integer(BLOCK));
    Value least = builder.add(new Minimum(), builder.add(new Sub(), all, before), integer(BLOCK));
    return cast(builder.add(new Reshape(Shape.of(blocks(), Dim.ONE)), least), Formats.F32);
  }

  /** One row for each block, {@code [.., blocks, X]}, as one for each query. */
  private Value perQuery(Value rows) {
    if (isOne()) {
      return rows;
    }
    Shape of = rows.tensorType().shape();
    int axis = of.rank() - 2;
    Shape leading = of.slice(0, axis);
    Value apart = builder.add(new Reshape(leading.append(blocks(), Dim.ONE, of.last())), rows);
    Value repeated = builder.add(new BroadcastTo(leading.append(blocks(), Dim.of(BLOCK), of.last())), apart);
    Value joined =
        builder.add(new Reshape(leading.append(blocks().times(Dim.of(BLOCK)), of.last())), repeated);
    return builder.add(new Slice(axis, Dim.ZERO, count(), 1), joined);
  }

  /** Queries less the mean of their block, in f32. */
  Value smooth(Value means) {
    return builder.add(new Sub(), cast(queries, Formats.F32), perQuery(cast(means, Formats.F32)));
  }

  /** What makes up for it, one row of scores for each query. */
  Value scores(Attention op, Value means, Value keys) {
    Value products = products(means, cast(keys, queries.tensorType().format()));
    return perQuery(builder.add(new Mul(), products, number(op.scale(), Formats.F32)));
  }

  /**
   * Adds numbers to the scores of an attention: as its mask, or in its mask. Where a score fills what a mask of truth
   * values hides, that mask stays, and numbers stand behind it.
   */
  void addTo(Attention op, List<Value> operands, Value more) {
    Optional<Value> mask = op.mask(operands);
    Optional<Value> added = op.added(operands);
    // Lengths and a selection stand behind.
    if (added.isPresent()) {
      operands.set(4, sum(more, added.get()));
    } else if (mask.isEmpty()) {
      operands.add(3, more);
    } else if (!mask.get().tensorType().format().equals(Formats.BOOL)) {
      operands.set(3, sum(more, mask.get()));
    } else if (op.fill().isPresent()) {
      operands.add(4, more);
    } else {
      operands.set(3, builder.add(
          new Select(), mask.get(), more, number(Double.NEGATIVE_INFINITY, Formats.F32)));
    }
  }

  private Value sum(Value more, Value mask) {
    return builder.add(new Add(), more, cast(mask, Formats.F32));
  }

  /** Products of means and keys, of all heads of queries. */
  private Value products(Value means, Value keys) {
    MatMul product = new MatMul(true, Formats.F32);
    Shape of = means.tensorType().shape();
    Shape k = keys.tensorType().shape();
    if (Attention.group(shape(), k).is(1)) {
      return builder.add(product, means, keys);
    }
    int rank = of.rank();
    Shape left = of.slice(0, rank - 3).append(k.dim(-3), Attention.group(shape(), k), of.dim(-2), of.last());
    Shape right = k.slice(0, rank - 2).append(Dim.ONE, k.dim(-2), k.last());
    Value result = builder.add(
        product, builder.add(new Reshape(left), means), builder.add(new Reshape(right), keys));
    return builder.add(new Reshape(of.slice(0, rank - 1).append(k.dim(-2))), result);
  }

  private Value cast(Value value, NumberFormat to) {
    return value.tensorType().format().equals(to) ? value : builder.add(new Cast(to), value);
  }

  private Value number(double value, NumberFormat format) {
    return builder.add(Constant.splat(value, TensorType.scalar(format)));
  }

  private Value integer(long value) {
    return builder.add(Constant.splat(value, TensorType.scalar(Formats.I32)));
  }
}
