package nibble.codegen.partition;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.HashMap;
import java.util.Map;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Either;

/**
 * When the results of operations are needed: what only one side of an {@code either} needs is needed where its
 * condition takes that side. A condition is a conjunction of truth values and which they are; those that are decided
 * first come first.
 *
 * <pre>
 * %1 = matmul %x, %w         {%c = false}
 * %2 = add %x, %d            {%c = true}
 * %3 = either %c, %2, %1     {}
 * return %3
 * </pre>
 */
public final class Conditions {
  private final Map<Value, ImmutableMap<Value, Boolean>> needed = new HashMap<>();

  private Conditions() {}

  /** The conditions of a function's operations. */
  public static Conditions of(Function function) {
    Conditions conditions = new Conditions();
    function.body().results().forEach(value -> conditions.need(value, ImmutableMap.of()));
    for (Operation operation : function.body().operations().reverse()) {
      ImmutableMap<Value, Boolean> whole = conditions.of(operation);
      if (operation.op() instanceof Either) {
        Value condition = operation.operand(0);
        conditions.need(condition, whole);
        conditions.need(operation.operand(1), with(whole, condition, true));
        conditions.need(operation.operand(2), with(whole, condition, false));
      } else {
        operation.operands().forEach(operand -> conditions.need(operand, whole));
      }
    }
    return conditions;
  }

  /** When some result of an operation is needed; nothing where it always is. */
  public ImmutableMap<Value, Boolean> of(Operation operation) {
    return operation.results().stream().filter(needed::containsKey).map(needed::get)
        .reduce(Conditions::common).orElse(ImmutableMap.of());
  }

  private void need(Value value, ImmutableMap<Value, Boolean> where) {
    needed.merge(value, where, Conditions::common);
  }

  private static ImmutableMap<Value, Boolean> common(Map<Value, Boolean> a, Map<Value, Boolean> b) {
    return ImmutableMap.copyOf(Maps.filterEntries(a, entry -> entry.getValue().equals(b.get(entry.getKey()))));
  }

  /** What a side needs that is never taken is needed where the whole is, which is more than enough. */
  private static ImmutableMap<Value, Boolean> with(ImmutableMap<Value, Boolean> whole, Value condition, boolean side) {
    return whole.containsKey(condition)
        ? whole
        : ImmutableMap.<Value, Boolean>builder().putAll(whole).put(condition, side).buildOrThrow();
  }
}
