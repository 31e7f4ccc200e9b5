package nibble.passes.attention.sparse;

import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;

/**
 * Linear attention over blocks of keys, {@code phi(Q) sum phi(K)^T V / (phi(Q) sum phi(K))}: sums of blocks of keys are
 * made once, and each block of queries adds up those that it has ("SLA", section 4).
 */
final class LinearBranch {
  /** What makes features of queries and keys, none of them negative. */
  public enum Map {
    SOFTMAX,
    /** {@code elu(x) + 1}. */
    ELU,
    RELU
  }

  private final Arithmetic arithmetic;
  private final Blocks rows;
  private final Blocks columns;
  private final long depth;
  private final long width;
  private final Value queries;
  private final Value keys;
  private final Value values;

  LinearBranch(AttentionCall call, Arithmetic arithmetic, Blocks rows, Blocks columns, Map map) {
    this.arithmetic = arithmetic;
    this.rows = rows;
    this.columns = columns;
    this.depth = Arithmetic.shape(call.queries()).last().constant();
    this.width = Arithmetic.shape(call.values()).last().constant();
    this.queries = features(arithmetic.f32(call.queries()), map);
    this.keys = columns.repeated(features(arithmetic.f32(call.keys()), map), call.leading());
    this.values = columns.repeated(arithmetic.f32(call.values()), call.leading());
  }

  private Value features(Value x, Map map) {
    Value zero = arithmetic.real(0);
    return switch (map) {
      case SOFTMAX -> arithmetic.softmax(x);
      case ELU -> arithmetic.select(
          arithmetic.compare(Kind.GT, x, zero), arithmetic.add(x, arithmetic.real(1)), arithmetic.exp(x));
      case RELU -> arithmetic.select(arithmetic.compare(Kind.GT, x, zero), x, zero);
    };
  }

  /**
   * The branch over blocks that weigh something, {@code [.., Hq, Nq, E]}; zeros where none do.
   *
   * @param weights {@code [.., Hq, Mq, Mk]}, 0 or 1
   */
  Value over(Value weights) {
    Value blocks = columns.of(keys);
    Value sums = arithmetic.matmul(arithmetic.transpose(blocks), columns.of(values), false);
    Value flat = arithmetic.last(sums, 3, columns.count(), depth * width);
    Value states = arithmetic.last(
        arithmetic.matmul(weights, flat, false), 2, rows.count(), depth, width);
    Value norms = arithmetic.matmul(weights, arithmetic.sum(blocks, -2), false);
    Value split = rows.of(queries);
    Value upper = rows.rows(arithmetic.matmul(split, states, false));
    Value lower = rows.rows(arithmetic.axis(arithmetic.sum(arithmetic.mul(split, arithmetic.axis(norms, -2)), -1), -1));
    Value isNone = arithmetic.compare(Kind.EQ, lower, arithmetic.real(0));
    return arithmetic.select(
        isNone, arithmetic.real(0), arithmetic.div(upper, arithmetic.select(isNone, arithmetic.real(1), lower)));
  }

  /** The branch over all keys, which every query has, with a number added to the divisor. */
  Value overAll(double epsilon) {
    Value states = arithmetic.matmul(arithmetic.transpose(keys), values, false);
    Value norm = arithmetic.axis(arithmetic.sum(keys, -2), -1);
    Value lower = arithmetic.add(arithmetic.matmul(queries, norm, false), arithmetic.real(epsilon));
    return arithmetic.div(arithmetic.matmul(queries, states, false), lower);
  }
}
