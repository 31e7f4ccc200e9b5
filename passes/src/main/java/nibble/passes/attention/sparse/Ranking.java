package nibble.passes.attention.sparse;

import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;

/**
 * The order of the columns of a matrix {@code [.., M, K]} in each row, largest first and of equals the first one first,
 * without sorting: what is asked of an order is a sum over the columns that come before.
 */
final class Ranking {
  private final Arithmetic arithmetic;
  private final Value scores;
  private final long columns;
  /** Whether the column of the last axis comes before that of the axis before it. */
  private final Value isBefore;
  private final Value isSame;

  Ranking(Arithmetic arithmetic, Value scores) {
    this.arithmetic = arithmetic;
    this.scores = scores;
    this.columns = Arithmetic.shape(scores).last().constant();
    Value others = arithmetic.axis(scores, -2);
    Value own = arithmetic.axis(scores, -1);
    Value other = arithmetic.iota(columns, -1);
    Value self = arithmetic.iota(columns, -2);
    Value isFirstOfEquals = arithmetic.and(
        arithmetic.compare(Kind.EQ, others, own), arithmetic.compare(Kind.LT, other, self));
    this.isBefore = arithmetic.or(arithmetic.compare(Kind.GT, others, own), isFirstOfEquals);
    this.isSame = arithmetic.compare(Kind.EQ, other, self);
  }

  /** Columns that come before, i32. */
  Value rank() {
    return arithmetic.sum(arithmetic.i32(isBefore), -1);
  }

  /** Columns of which so many come before at most. */
  Value top(long count) {
    return arithmetic.compare(Kind.LT, rank(), arithmetic.integer(count));
  }

  /** The columns behind which fewer than so many come. */
  Value bottom(long count) {
    return arithmetic.compare(Kind.GE, rank(), arithmetic.integer(columns - count));
  }

  /** Columns that add up to a mass at most, from the first on; the first one in any case. */
  Value massUpTo(double mass) {
    return arithmetic.or(arithmetic.compare(Kind.LE, sumUpTo(), arithmetic.real(mass)), top(1));
  }

  /** Columns before which less than a mass comes, or as much at most ({@code LE}); the first one in any case. */
  Value nucleus(double mass, Kind kind) {
    return arithmetic.or(arithmetic.compare(kind, sumBefore(), arithmetic.real(mass)), top(1));
  }

  /** The sum of what comes before. */
  Value sumBefore() {
    return sum(isBefore);
  }

  /** The sum of what comes before and the column itself. */
  Value sumUpTo() {
    return sum(arithmetic.or(isBefore, isSame));
  }

  private Value sum(Value condition) {
    return arithmetic.sum(arithmetic.select(condition, arithmetic.axis(scores, -2), arithmetic.real(0)), -1);
  }
}
