package nibble.passes.attention;

import java.util.Optional;
import java.util.OptionalDouble;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Add;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Iota;
import nibble.ir.op.Reshape;
import nibble.ir.op.Sub;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * A condition on how far a key is ahead of a query: at most or at least so many positions.
 *
 * @param bound the number
 * @param isUpper whether keys are seen that are at most so far ahead, and not at least
 */
record PositionMask(Dim bound, boolean isUpper) {
  /**
   * A position of queries or keys.
   *
   * @param isQuery whether it is that of queries, which lie along the axis before the last
   * @param offset what is added to the index
   */
  private record Position(boolean isQuery, Dim offset) {}

  /** The condition that a truth value is, if it compares positions. */
  static Optional<PositionMask> of(Value truth, boolean isNegated, Graph graph) {
    Optional<Operation> definition = graph.definition(truth);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    Operation operation = definition.get();
    return switch (operation.op()) {
      // Behind them are the same positions, if the last two axes stay.
      case Reshape reshape when keepsLastAxes(operation) -> of(operation.operand(0), isNegated, graph);
      case BroadcastTo broadcast when keepsLastAxes(operation) -> of(operation.operand(0), isNegated, graph);
      case Compare compare -> of(compare.kind(), isNegated, operation, graph);
      default -> Optional.empty();
    };
  }

  private static boolean keepsLastAxes(Operation view) {
    Shape from = view.operand(0).tensorType().shape();
    Shape to = view.result().tensorType().shape();
    return from.rank() >= 2 && to.rank() >= 2 && from.slice(from.rank() - 2, from.rank())
        .equals(to.slice(to.rank() - 2, to.rank()));
  }

  private static Optional<PositionMask> of(
      Compare.Kind kind, boolean isNegated, Operation compare, Graph graph) {
    Optional<Position> left = position(compare.operand(0), graph);
    Optional<Position> right = position(compare.operand(1), graph);
    if (left.isEmpty() || right.isEmpty() || left.get().isQuery() == right.get().isQuery()) {
      return Optional.empty();
    }
    Compare.Kind seen = isNegated ? opposite(kind) : kind;
    // key + b <= query + a: the key is at most a - b ahead.
    Compare.Kind ofKey = left.get().isQuery() ? mirrored(seen) : seen;
    Position query = left.get().isQuery() ? left.get() : right.get();
    Position key = left.get().isQuery() ? right.get() : left.get();
    Dim distance = query.offset().minus(key.offset());
    return switch (ofKey) {
      case LE -> Optional.of(new PositionMask(distance, true));
      case LT -> Optional.of(new PositionMask(distance.minus(Dim.ONE), true));
      case GE -> Optional.of(new PositionMask(distance, false));
      case GT -> Optional.of(new PositionMask(distance.plus(Dim.ONE), false));
      case EQ, NE -> Optional.empty();
    };
  }

  private static Compare.Kind opposite(Compare.Kind kind) {
    return switch (kind) {
      case EQ -> Compare.Kind.NE;
      case NE -> Compare.Kind.EQ;
      case LT -> Compare.Kind.GE;
      case LE -> Compare.Kind.GT;
      case GT -> Compare.Kind.LE;
      case GE -> Compare.Kind.LT;
    };
  }

  private static Compare.Kind mirrored(Compare.Kind kind) {
    return switch (kind) {
      case EQ, NE -> kind;
      case LT -> Compare.Kind.GT;
      case LE -> Compare.Kind.GE;
      case GT -> Compare.Kind.LT;
      case GE -> Compare.Kind.LE;
    };
  }

  /** A position along one of the last two axes. */
  private static Optional<Position> position(Value value, Graph graph) {
    Shape shape = value.tensorType().shape();
    boolean alongLast = shape.rank() >= 1 && shape.size().equals(shape.last());
    boolean alongSecondLast = shape.rank() >= 2 && shape.size().equals(shape.dim(-2));
    if (alongLast == alongSecondLast) {
      return Optional.empty();
    }
    return offset(value, graph).map(offset -> new Position(alongSecondLast, offset));
  }

  /** What is added to an index; nothing where the value is none. */
  private static Optional<Dim> offset(Value value, Graph graph) {
    Optional<Operation> definition = graph.definition(value);
    if (definition.isEmpty()) {
      return Optional.empty();
    }
    Operation operation = definition.get();
    return switch (operation.op()) {
      case Iota iota -> Optional.of(Dim.ZERO);
      case Reshape reshape -> offset(operation.operand(0), graph);
      case Cast cast when cast.to().bits() >= Integer.SIZE -> offset(operation.operand(0), graph);
      case Add add -> offset(operation.operand(0), graph)
          .flatMap(first -> integer(operation.operand(1), graph).map(first::plus));
      case Sub sub -> offset(operation.operand(0), graph)
          .flatMap(first -> integer(operation.operand(1), graph).map(first::minus));
      default -> Optional.empty();
    };
  }

  private static Optional<Dim> integer(Value value, Graph graph) {
    OptionalDouble number = graph.number(value);
    return number.isPresent() && number.getAsDouble() == Math.rint(number.getAsDouble())
        ? Optional.of(Dim.of((long) number.getAsDouble())) : Optional.empty();
  }
}
