package nibble.passes.attention;

import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;

/**
 * Who defines the values of a function, and how often they are used.
 *
 * @param definitions operations by their results
 * @param uses operands and results of blocks that are a value
 */
record Graph(ImmutableMap<Value, Operation> definitions, ImmutableMap<Value, Integer> uses) {
  static Graph of(Function function) {
    ImmutableMap.Builder<Value, Operation> definitions = ImmutableMap.builder();
    Map<Value, Integer> uses = new HashMap<>();
    function.body().results().forEach(value -> uses.merge(value, 1, Integer::sum));
    function.body().walk(operation -> {
      operation.results().forEach(result -> definitions.put(result, operation));
      operation.operands().forEach(value -> uses.merge(value, 1, Integer::sum));
      operation.regions().forEach(region ->
          region.results().forEach(value -> uses.merge(value, 1, Integer::sum)));
    });
    return new Graph(definitions.buildOrThrow(), ImmutableMap.copyOf(uses));
  }

  Optional<Operation> definition(Value value) {
    return Optional.ofNullable(definitions.get(value));
  }

  int uses(Value value) {
    return uses.getOrDefault(value, 0);
  }

  /** The number that a value is everywhere, if it is a constant; not rounded to its format. */
  OptionalDouble number(Value value) {
    Optional<Operation> definition = definition(value);
    if (definition.isEmpty()) {
      return OptionalDouble.empty();
    }
    return switch (definition.get().op()) {
      case Constant constant when constant.values().size() == 1 ->
          OptionalDouble.of(constant.values().getFirst());
      case Cast cast when cast.to().isFloat() -> number(definition.get().operand(0));
      default -> OptionalDouble.empty();
    };
  }

  /** The value before casts from one floating-point format to another. */
  Value beforeCasts(Value value) {
    return definition(value)
        .filter(operation -> operation.op() instanceof Cast && operation.operand(0).tensorType().format().isFloat()
            && uses(value) == 1)
        .map(operation -> beforeCasts(operation.operand(0))).orElse(value);
  }
}
