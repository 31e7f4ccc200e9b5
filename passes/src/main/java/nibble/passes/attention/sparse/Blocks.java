package nibble.passes.attention.sparse;

import nibble.ir.Value;
import nibble.ir.op.Compare;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Blocks of rows of a tensor {@code [.., N, D]}; the last one may have less.
 *
 * @param arithmetic that appends ops
 * @param rows of the tensor
 * @param size rows of a block
 */
record Blocks(Arithmetic arithmetic, long rows, long size) {
  long count() {
    return Math.ceilDiv(rows, size);
  }

  /** {@code [.., N, D]} as {@code [.., M, b, D]}, with zeros behind. */
  Value of(Value x) {
    Value whole = arithmetic.pad(x, -2, count() * size);
    return arithmetic.last(whole, 2, count(), size, Arithmetic.shape(x).last().constant());
  }

  /** {@code [.., M, b, D]} as {@code [.., N, D]}. */
  Value rows(Value blocks) {
    Value flat = arithmetic.last(blocks, 3, count() * size, Arithmetic.shape(blocks).last().constant());
    return arithmetic.cut(flat, -2, rows);
  }

  /** Means of blocks, {@code [.., M, D]}. */
  Value means(Value x) {
    return arithmetic.div(arithmetic.sum(of(x), -2), sizes());
  }

  /** Rows less their mean. */
  Value smooth(Value x) {
    Value mean = arithmetic.div(arithmetic.axis(arithmetic.sum(x, -2), -2), arithmetic.real(rows));
    return arithmetic.sub(x, mean);
  }

  /** How many rows blocks have: a number, or {@code [M, 1]}. */
  private Value sizes() {
    if (rows % size == 0) {
      return arithmetic.real(size);
    }
    Value isLast = arithmetic.compare(
        Compare.Kind.EQ, arithmetic.iota(count(), -2), arithmetic.integer(count() - 1));
    return arithmetic.select(isLast, arithmetic.real(rows - (count() - 1) * size), arithmetic.real(size));
  }

  /**
   * How alike the rows of a block are, {@code [.., M, 1]}: the mean cosine of all pairs, which is the squared length of
   * the mean of rows of length 1 (SpargeAttention, section 3.3). A row of zeros is like none.
   */
  Value similarity(Value x) {
    Value square = arithmetic.axis(arithmetic.sum(arithmetic.mul(x, x), -1), -1);
    Value isZero = arithmetic.compare(Compare.Kind.EQ, square, arithmetic.real(0));
    Value length = arithmetic.sqrt(arithmetic.select(isZero, arithmetic.real(1), square));
    Value mean = means(arithmetic.div(x, length));
    return arithmetic.axis(arithmetic.sum(arithmetic.mul(mean, mean), -1), -1);
  }

  /** Heads of keys as often as queries have them: {@code [.., Hkv, N, D]} as {@code [.., Hq, N, D]}. */
  Value repeated(Value x, Shape leading) {
    Shape shape = Arithmetic.shape(x);
    int rank = shape.rank();
    if (rank == 2 || shape.slice(0, rank - 2).equals(leading)) {
      return x;
    }
    Dim heads = shape.dim(-3);
    Dim group = leading.last().dividedBy(heads).orElseThrow();
    Shape batch = shape.slice(0, rank - 3);
    Value split = arithmetic.reshape(x, batch.append(heads, Dim.ONE, shape.dim(-2), shape.last()));
    Value all = arithmetic.broadcast(split, batch.append(heads, group, shape.dim(-2), shape.last()));
    return arithmetic.reshape(all, leading.append(shape.dim(-2), shape.last()));
  }
}
