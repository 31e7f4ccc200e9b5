package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Gelu;
import nibble.ir.op.LayerNorm;
import nibble.ir.op.MatMul;
import nibble.ir.op.Reshape;
import nibble.ir.op.RmsNorm;
import nibble.ir.op.Select;
import nibble.ir.op.Silu;
import nibble.ir.op.Slice;
import nibble.ir.op.Softmax;
import nibble.ir.op.Transpose;
import nibble.ir.op.UnaryOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Where units lie between the products that make them and those that sum over them: channels of a feed-forward layer,
 * or heads of attention, each computed by itself.
 *
 * @param count how many units there are
 * @param places where units lie in each value that has them
 * @param producers products whose output channels they are
 * @param constants operands that do not depend on inputs and have something for each unit
 */
record UnitPath(
    int count, ImmutableMap<Value, Place> places, ImmutableMap<Operation, Place> producers,
    ImmutableMap<Constant, Place> constants) {
  /**
   * Where units lie in a value: unit {@code u} is at {@code u * width} to {@code u * width + width - 1} of an axis.
   *
   * @param axis of the value
   * @param width of a unit there
   */
  record Place(int axis, int width) {}

  /** An operand of an operation. */
  record Constant(Operation operation, int index) {}

  /** Follows units back from what products sum over. */
  static final class Search {
    private final Definitions definitions;
    private final ConstantValues constantValues;
    private final WeightProduct.Reader reader;
    private final ImmutableSet<Operation> outermost;
    private final Map<Value, Place> places = new LinkedHashMap<>();
    private final Map<Operation, Place> producers = new LinkedHashMap<>();
    private final Map<Constant, Place> constants = new LinkedHashMap<>();
    private int count;

    Search(Function function, Definitions definitions) {
      this.definitions = definitions;
      this.outermost = ImmutableSet.copyOf(function.body().operations());
      constantValues = new ConstantValues(definitions);
      reader = new WeightProduct.Reader(definitions);
    }

    /**
     * Why the units that a product sums over can't be followed, if they can't. Where its activation merges two axes, a
     * unit is an index of the first one: a head.
     */
    Optional<String> obstacle(Operation consumer) {
      if (!outermost.contains(consumer)) {
        return Optional.of("it is in a loop");
      }
      Value channels = consumer.operand(0);
      Dim extent = channels.tensorType().shape().last();
      if (!extent.isConstant()) {
        return Optional.of("the count of its channels is symbolic");
      }
      int width = width(channels);
      count = Math.toIntExact(extent.constant() / width);
      return count < 2
          ? Optional.of("it sums over one unit") : follow(channels, new Place(channels.tensorType().rank() - 1, width));
    }

    /** Channels of a unit on the last axis of an activation. */
    private int width(Value channels) {
      Optional<Operation> below = definitions.of(channels);
      while (below.isPresent() && below.get().op() instanceof Cast) {
        below = definitions.of(below.get().operand(0));
      }
      if (below.isEmpty() || !(below.get().op() instanceof Reshape)) {
        return 1;
      }
      Shape merged = below.get().result().tensorType().shape();
      Shape split = below.get().operand(0).tensorType().shape();
      int axis = axisBehind(split, merged.slice(0, merged.rank() - 1).size());
      boolean isMerged = axis >= 0 && split.dim(axis).isConstant() && merged.last().isConstant()
          && split.dim(axis).constant() > 1 && merged.last().constant() % split.dim(axis).constant() == 0;
      return isMerged ? Math.toIntExact(merged.last().constant() / split.dim(axis).constant()) : 1;
    }

    /** The axis before which there are so many elements; -1 where there is none. */
    private static int axisBehind(Shape shape, Dim before) {
      for (int axis = 0; axis < shape.rank(); axis++) {
        if (shape.slice(0, axis).size().equals(before) && !shape.dim(axis).is(1)) {
          return axis;
        }
      }
      return -1;
    }

    private Optional<String> follow(Value value, Place place) {
      Place known = places.putIfAbsent(value, place);
      if (known != null) {
        return known.equals(place)
            ? Optional.empty() : Optional.of("its channels are in two places of " + value);
      }
      Optional<Operation> definition = definitions.of(value);
      if (definition.isEmpty()) {
        return Optional.of("its channels are those of the input " + value);
      }
      Operation operation = definition.get();
      return switch (operation.op()) {
        case MatMul product -> followProduct(operation, place);
        case Transpose transpose -> operand(operation, 0, new Place(transpose.axes().get(place.axis), place.width));
        case Reshape reshape -> followReshape(operation, place);
        case UnaryOp op -> aligned(operation, place);
        case BinaryOp op -> aligned(operation, place);
        case Cast op -> aligned(operation, place);
        case Gelu op -> aligned(operation, place);
        case Silu op -> aligned(operation, place);
        case BroadcastTo op -> aligned(operation, place);
        case Select op -> aligned(operation, place);
        case Attention op when op.blocks().isEmpty() && place.axis < rank(value) - 2 -> aligned(operation, place);
        case Softmax op when place.axis < rank(value) - 1 -> aligned(operation, place);
        case LayerNorm op when place.axis < rank(value) - 1 -> aligned(operation, place);
        case RmsNorm op when place.axis < rank(value) - 1 -> aligned(operation, place);
        case Slice slice when slice.axis() != place.axis -> aligned(operation, place);
        case Concat concat when concat.axis() != place.axis -> aligned(operation, place);
        default -> Optional.of(
            "its channels come from " + operation.op().name() + ", which does not take each by itself");
      };
    }

    private static int rank(Value value) {
      return value.tensorType().rank();
    }

    /** All operands of an operation that broadcasts them: axes are counted from the last one. */
    private Optional<String> aligned(Operation operation, Place place) {
      for (int i = 0; i < operation.operands().size(); i++) {
        Value operand = operation.operand(i);
        int axis = place.axis - rank(operation.result()) + rank(operand);
        if (axis < 0 || operand.tensorType().shape().dim(axis).is(1)) {
          continue;
        }
        if (!operand.tensorType().shape().dim(axis).equals(operation.result().tensorType().shape().dim(place.axis))) {
          return Optional.of("some of them share what " + operation.op().name() + " takes");
        }
        Optional<String> obstacle = operand(operation, i, new Place(axis, place.width));
        if (obstacle.isPresent()) {
          return obstacle;
        }
      }
      return Optional.empty();
    }

    private Optional<String> operand(Operation operation, int index, Place place) {
      Value operand = operation.operand(index);
      Optional<Operation> definition = definitions.of(operand);
      boolean isConstant = definition.isPresent()
          && (definition.get().operands().isEmpty() || constantValues.weight(operand).isPresent());
      if (isConstant) {
        constants.put(new Constant(operation, index), place);
        return Optional.empty();
      }
      return follow(operand, place);
    }

    private Optional<String> followProduct(Operation product, Place place) {
      int fromLast = rank(product.result()) - place.axis;
      if (fromLast > 2) {
        return aligned(product, place);
      }
      Value right = product.operand(1);
      boolean isWeight = StoredOperand.of(right, definitions).weight().isPresent();
      if (fromLast == 2 || !isWeight) {
        int index = 2 - fromLast;
        boolean turned = index == 1 && ((MatMul) product.op()).transposeB();
        int axis = rank(product.operand(index)) - (turned ? 2 : fromLast);
        return operand(product, index, new Place(axis, place.width));
      }
      Optional<String> obstacle = reader.obstacle(product);
      if (obstacle.isPresent() || rank(right) != 2) {
        return Optional.of("its channels come from a product that can't be changed: "
            + obstacle.orElse("its weight is no matrix"));
      }
      producers.put(product, place);
      return Optional.empty();
    }

    /** Units are the outer factor of an axis on either side. */
    private Optional<String> followReshape(Operation reshape, Place place) {
      Shape result = reshape.result().tensorType().shape();
      Shape operand = reshape.operand(0).tensorType().shape();
      int axis = axisBehind(operand, result.slice(0, place.axis).size());
      if (axis >= 0 && operand.dim(axis).isConstant() && operand.dim(axis).constant() % count == 0) {
        // Of a merged axis that starts with units, and of one that is split, they have as many elements each.
        int width = Math.toIntExact(operand.dim(axis).constant() / count);
        boolean sameUnits = operand.slice(axis + 1, operand.rank()).size().times(Dim.of(width))
            .equals(result.slice(place.axis + 1, result.rank()).size().times(Dim.of(place.width)));
        if (sameUnits) {
          return operand(reshape, 0, new Place(axis, width));
        }
      }
      return Optional.of("a reshape from " + operand + " to " + result + " takes its units apart");
    }

    /**
     * Why others see the units, if they do.
     *
     * @param consumers the products that sum over them
     */
    Optional<String> seenElsewhere(Function function, Set<Operation> consumers) {
      List<Value> results = function.results();
      if (results.stream().anyMatch(places::containsKey)) {
        return Optional.of("its channels are a result of the function");
      }
      Set<String> others = new LinkedHashSet<>();
      function.body().walk(operation -> {
        boolean isInside = operation.results().stream().anyMatch(places::containsKey);
        boolean reads = operation.operands().stream().anyMatch(places::containsKey);
        if (reads && !isInside && !consumers.contains(operation)) {
          others.add(operation.op().name());
        }
      });
      return others.isEmpty()
          ? Optional.empty() : Optional.of("its channels are read by " + String.join(", ", others) + " as well");
    }

    UnitPath path() {
      return new UnitPath(
          count, ImmutableMap.copyOf(places), ImmutableMap.copyOf(producers), ImmutableMap.copyOf(constants));
    }
  }

  /** Channels of a unit where a consumer sums over them. */
  int width(Operation consumer) {
    return places.get(consumer.operand(0)).width();
  }

  /** The type of a value with fewer units. */
  TensorType shrunk(Value value, int kept) {
    TensorType type = value.tensorType();
    Place place = places.get(value);
    return type.withShape(type.shape().with(place.axis(), Dim.of((long) kept * place.width())));
  }

  /** Products whose weights get smaller. */
  ImmutableList<Operation> products(List<Operation> consumers) {
    return ImmutableList.<Operation>builder().addAll(producers.keySet()).addAll(consumers).build();
  }
}
