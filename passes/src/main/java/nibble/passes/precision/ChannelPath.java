package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Cast;
import nibble.ir.op.Gelu;
import nibble.ir.op.MatMul;
import nibble.ir.op.Silu;
import nibble.ir.op.UnaryOp;

/**
 * What channels go through between the products that make them and those that sum over them: each channel by itself, so
 * that their order is nobody's concern but that of the weights and constants on the way.
 *
 * @param producers products whose output channels they are
 * @param constants operands on the way that have an element for each channel on their last axis, by operation and index
 * @param inside values that have the channels
 */
record ChannelPath(
    ImmutableList<Operation> producers, ImmutableList<ConstantOperand> constants, ImmutableSet<Value> inside) {
  /** An operand of an elementwise operation that does not depend on inputs. */
  record ConstantOperand(Operation operation, int index) {
    /** Its last axis. */
    int axis() {
      return operation.operand(index).tensorType().rank() - 1;
    }
  }

  /** Of channels that are followed nowhere. */
  static final ChannelPath NONE = new ChannelPath(ImmutableList.of(), ImmutableList.of(), ImmutableSet.of());

  /** Follows channels back from what products sum over. */
  static final class Search {
    private final Definitions definitions;
    private final ConstantValues constantValues;
    private final WeightProduct.Reader reader;
    private final Map<Value, Operation> producers = new LinkedHashMap<>();
    private final Set<ConstantOperand> constants = new LinkedHashSet<>();
    private final Set<Value> inside = new LinkedHashSet<>();

    Search(Definitions definitions) {
      this.definitions = definitions;
      constantValues = new ConstantValues(definitions);
      reader = new WeightProduct.Reader(definitions);
    }

    /**
     * Why channels can't be followed, if they can't.
     *
     * @param channels a value whose last axis has them
     */
    Optional<String> obstacle(Value channels) {
      if (!inside.add(channels)) {
        return Optional.empty();
      }
      Optional<Operation> definition = definitions.of(channels);
      if (definition.isEmpty()) {
        return Optional.of("its channels are those of the input " + channels);
      }
      Operation operation = definition.get();
      if (operation.op() instanceof MatMul) {
        return obstacleAtProduct(operation);
      }
      if (!isElementwise(operation)) {
        return Optional.of("its channels come from " + operation.op().name() + ", which does not take each by itself");
      }
      for (int i = 0; i < operation.operands().size(); i++) {
        Optional<String> obstacle = obstacleAtOperand(operation, i);
        if (obstacle.isPresent()) {
          return obstacle;
        }
      }
      return Optional.empty();
    }

    private static boolean isElementwise(Operation operation) {
      return operation.op() instanceof UnaryOp || operation.op() instanceof BinaryOp || operation.op() instanceof Cast
          || operation.op() instanceof Gelu || operation.op() instanceof Silu;
    }

    private Optional<String> obstacleAtOperand(Operation operation, int index) {
      Value operand = operation.operand(index);
      if (operand.tensorType().rank() == 0 || operand.tensorType().shape().last().is(1)) {
        return Optional.empty();
      }
      if (isConstant(operand)) {
        constants.add(new ConstantOperand(operation, index));
        return Optional.empty();
      }
      return obstacle(operand);
    }

    private boolean isConstant(Value value) {
      Optional<Operation> definition = definitions.of(value);
      return definition.isPresent() && (definition.get().operands().isEmpty()
          || constantValues.weight(value).isPresent());
    }

    private Optional<String> obstacleAtProduct(Operation product) {
      Optional<String> obstacle = reader.obstacle(product);
      if (obstacle.isPresent()) {
        return Optional.of("its channels come from a product that can't be changed: " + obstacle.get());
      }
      WeightProduct read = reader.read(product);
      if (read.leftInner() != read.left().stored().tensorType().rank() - 1) {
        return Optional.of(
            "its channels come from a product whose activation is stored with another axis last than the inner one");
      }
      if (read.right().stored().tensorType().rank() != 2) {
        return Optional.of("its channels come from a product whose weight is no matrix");
      }
      producers.put(product.result(), product);
      return Optional.empty();
    }

    /**
     * Why others see the channels, if they do.
     *
     * @param consumers the products that sum over them
     */
    Optional<String> seenElsewhere(Function function, Set<Operation> consumers) {
      List<Value> results = function.results();
      if (results.stream().anyMatch(inside::contains)) {
        return Optional.of("its channels are a result of the function");
      }
      Set<String> others = new LinkedHashSet<>();
      function.body().walk(operation -> {
        boolean isInside = operation.results().stream().anyMatch(inside::contains);
        boolean isConsumer = consumers.contains(operation);
        if (!isInside && !isConsumer && operation.operands().stream().anyMatch(inside::contains)) {
          others.add(operation.op().name());
        }
      });
      return others.isEmpty()
          ? Optional.empty() : Optional.of("its channels are read by " + String.join(", ", others) + " as well");
    }

    ChannelPath path() {
      return new ChannelPath(
          ImmutableList.copyOf(producers.values()), ImmutableList.copyOf(constants), ImmutableSet.copyOf(inside));
    }
  }
}
