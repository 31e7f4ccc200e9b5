package nibble.codegen.lower;

import java.util.HashMap;
import java.util.Map;
import nibble.ir.Operation;
import nibble.ir.Value;

/** What values of a tile program are in PTX. */
final class LoweredValues {
  private final Map<Value, Lowered> values = new HashMap<>();

  void put(Value value, Lowered lowered) {
    values.put(value, lowered);
  }

  /** That of a value; null where it has none yet. */
  Lowered get(Value value) {
    return values.get(value);
  }

  /** Those of an operation's operands. */
  LoweredOperands of(Operation operation) {
    return new LoweredOperands(operation, this);
  }
}
