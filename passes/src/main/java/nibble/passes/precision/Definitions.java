package nibble.passes.precision;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/** Which operation defines a value; inputs and other block arguments have none. */
@FunctionalInterface
interface Definitions {
  Optional<Operation> of(Value value);

  /** The definitions of a function, in nested blocks too. */
  static Definitions in(Function function) {
    ImmutableMap.Builder<Value, Operation> builder = ImmutableMap.builder();
    function.body().walk(
        operation -> operation.results().forEach(result -> builder.put(result, operation)));
    ImmutableMap<Value, Operation> operations = builder.buildOrThrow();
    return value -> Optional.ofNullable(operations.get(value));
  }
}
