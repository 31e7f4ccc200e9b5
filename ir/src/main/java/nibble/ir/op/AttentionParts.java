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

/** The simpler ops that an attention means. */
final class AttentionParts {
  private final Attention op;
  private final BlockBuilder builder;
  private final List<Value> operands;
  private final Shape scores;

  AttentionParts(Attention op, BlockBuilder builder, List<Value> operands) {
    this.op = op;
    this.builder = builder;
    this.operands = operands;
    this.scores = Attention.scores(shape(0), shape(1));
  }

  private Shape shape(int operand) {
    return operands.get(operand).tensorType().shape();
  }

  /** The result. */
  Value build() {
    Value weights = builder.add(
        new Cast(operands.get(2).tensorType().format()), softmax(score()));
    Value result = builder.add(new MatMul(false, op.to()), grouped(weights), withGroupAxis(operands.get(2)));
    return flat(result, scores.slice(0, scores.rank() - 1).append(shape(2).last()));
  }

  /** The logarithm of the sum of the exponentials of scores. */
  Value logarithm() {
    Exponentials exponentials = exponentials(score());
    Value logarithm = builder.add(new Add(), builder.add(new Log(), exponentials.sum), exponentials.shift);
    return builder.add(new Reshape(scores.slice(0, scores.rank() - 1)), logarithm);
  }

  private Value score() {
    Value products = builder.add(
        new MatMul(true, Formats.F32), grouped(operands.get(0)), withGroupAxis(operands.get(1)));
    Value score = builder.add(new Mul(), flat(products, scores), number(op.scale()));
    Optional<Value> numbers = op.added(operands).or(() -> op.mask(operands).filter(mask -> !isTruth(mask)));
    if (numbers.isPresent()) {
      score = builder.add(new Add(), score, f32(numbers.get()));
    }
    Optional<Value> sees = sees();
    if (sees.isPresent()) {
      score = builder.add(
          new Select(), sees.get(), score, number(op.fill().orElse(Double.NEGATIVE_INFINITY)));
    }
    Optional<Value> selection = op.selection(operands);
    if (selection.isPresent()) {
      Value seen = new BlockSelection(builder, op, shape(0), shape(1)).perElement(selection.get());
      score = builder.add(new Select(), seen, score, number(Double.NEGATIVE_INFINITY));
    }
    Optional<Value> there = op.lengths(operands).map(this::isThere);
    return there.isPresent()
        ? builder.add(new Select(), there.get(), score, number(Double.NEGATIVE_INFINITY)) : score;
  }

  /** Whether keys, and perhaps queries, are among those that there are. */
  private Value isThere(Value lengths) {
    if (op.lengths().equals(Optional.of(Attention.Lengths.PACKED))) {
      return new PackedSequences(builder, lengths, scores.last()).together();
    }
    Value length = perHead(lengths);
    Value keys = below(positions(scores.last(), Shape.of(Dim.ONE, scores.last())), length);
    Dim queries = scores.dim(-2);
    return op.lengths().equals(Optional.of(Attention.Lengths.KEYS))
        ? keys : builder.add(new And(), keys, below(positions(queries, Shape.of(queries, Dim.ONE)), length));
  }

  private Value below(Value positions, Value length) {
    return builder.add(new Compare(Compare.Kind.LT), positions, length);
  }

  private Value perHead(Value lengths) {
    return builder.add(new Reshape(lengths.tensorType().shape().append(Dim.ONE, Dim.ONE)), lengths);
  }

  private static boolean isTruth(Value mask) {
    return mask.tensorType().format().equals(Formats.BOOL);
  }

  private Value number(double value) {
    return builder.add(Constant.splat(value, TensorType.scalar(Formats.F32)));
  }

  private Value f32(Value value) {
    return value.tensorType().format().equals(Formats.F32) ? value : builder.add(new Cast(Formats.F32), value);
  }

  private boolean isGrouped() {
    return !Attention.group(shape(0), shape(1)).is(1);
  }

  /** Queries or weights with an axis for the heads that share their keys: {@code [.., Hkv, group, N, D]}. */
  private Value grouped(Value value) {
    if (!isGrouped()) {
      return value;
    }
    Shape shape = value.tensorType().shape();
    int rank = shape.rank();
    Shape split = shape.slice(0, rank - 3)
        .append(shape(1).dim(-3), Attention.group(shape(0), shape(1)), shape.dim(-2), shape.last());
    return builder.add(new Reshape(split), value);
  }

  private Value withGroupAxis(Value value) {
    if (!isGrouped()) {
      return value;
    }
    Shape shape = value.tensorType().shape();
    int rank = shape.rank();
    Shape split = shape.slice(0, rank - 2).append(Dim.ONE, shape.dim(-2), shape.last());
    return builder.add(new Reshape(split), value);
  }

  private Value flat(Value value, Shape shape) {
    return isGrouped() ? builder.add(new Reshape(shape), value) : value;
  }

  /** Which keys queries see; nothing where they see all. */
  private Optional<Value> sees() {
    List<Value> conditions = new ArrayList<>();
    if (op.causal() != Attention.Causal.NONE || op.window().isPresent()) {
      Value ahead = builder.add(new Sub(), positions(scores.last(), Shape.of(Dim.ONE, scores.last())), rows());
      if (op.causal() != Attention.Causal.NONE) {
        conditions.add(builder.add(new Compare(Compare.Kind.LE), ahead, integer(Dim.ZERO)));
      }
      op.window().ifPresent(window -> conditions.add(
          builder.add(new Compare(Compare.Kind.LT), builder.add(new Abs(), ahead), integer(Dim.of(window)))));
    }
    op.mask(operands).filter(AttentionParts::isTruth).ifPresent(conditions::add);
    return conditions.stream().reduce((a, b) -> builder.add(new And(), a, b));
  }

  /** Positions of queries. */
  private Value rows() {
    Dim count = scores.dim(-2);
    Value rows = positions(count, Shape.of(count, Dim.ONE));
    if (op.causal() != Attention.Causal.BOTTOM_RIGHT || isOfTokens()) {
      return rows;
    }
    // No more keys than there are.
    Value keys = op.lengths(operands).map(this::perHead)
        .map(length -> builder.add(new Minimum(), length, integer(scores.last())))
        .orElseGet(() -> integer(scores.last()));
    return builder.add(new Add(), rows, builder.add(new Sub(), keys, integer(count)));
  }

  /** Whether queries are at the positions of keys. */
  private boolean isOfTokens() {
    return op.lengths().filter(known -> known != Attention.Lengths.KEYS).isPresent();
  }

  private Value positions(Dim count, Shape shape) {
    return builder.add(new Reshape(shape), builder.add(new Iota(count)));
  }

  /** An extent as a number: the last of so many and one more, counted from 0. */
  private Value integer(Dim extent) {
    if (extent.isConstant()) {
      return builder.add(Constant.splat(extent.constant(), TensorType.scalar(Formats.I32)));
    }
    Dim more = extent.plus(Dim.ONE);
    Value last = builder.add(new Slice(0, extent, more, 1), builder.add(new Iota(more)));
    return builder.add(new Reshape(Shape.SCALAR), last);
  }

  /** Exponentials of scores less a number of each row, that number, and their sums. */
  private record Exponentials(Value of, Value shift, Value sum) {}

  private Exponentials exponentials(Value score) {
    ImmutableList<Integer> last = ImmutableList.of(scores.rank() - 1);
    Value max = builder.add(new ReduceMax(last, true), score);
    Value finite = builder.add(new Compare(Compare.Kind.EQ), max, number(Double.NEGATIVE_INFINITY));
    Value shift = builder.add(new Select(), finite, number(0), max);
    Value exp = builder.add(new Exp(), builder.add(new Sub(), score, shift));
    return new Exponentials(exp, shift, builder.add(new ReduceSum(last, true), exp));
  }

  /** A softmax that gives zeros where all scores are negative infinity. */
  private Value softmax(Value score) {
    Exponentials exponentials = exponentials(score);
    Value isZero = builder.add(new Compare(Compare.Kind.EQ), exponentials.sum, number(0));
    Value divisor = builder.add(new Select(), isZero, number(1), exponentials.sum);
    return builder.add(new Div(), exponentials.of, divisor);
  }
}
