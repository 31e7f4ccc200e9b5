package nibble.passes.precision;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * Which operation defines each value of a function, in nested blocks too.
 *
 * @param operations by result; block arguments have none
 */
record Definitions(ImmutableMap<Value, Operation> operations) {
  static Definitions of(Function function) {
    ImmutableMap.Builder<Value, Operation> operations = ImmutableMap.builder();
    function.body().walk(
        operation -> operation.results().forEach(result -> operations.put(result, operation)));
    return new Definitions(operations.buildOrThrow());
  }

  Optional<Operation> of(Value value) {
    return Optional.ofNullable(operations.get(value));
  }
}
