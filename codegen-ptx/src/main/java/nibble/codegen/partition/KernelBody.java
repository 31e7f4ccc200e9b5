package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Either;
import nibble.ir.op.Kernel;

/**
 * Builds the region of one kernel: its group's operations, and the views and floating work in front of them, on
 * arguments in place of what lies in memory.
 */
final class KernelBody {
  private final Group group;
  private final Map<Value, Operation> definitions;
  private final Map<Value, Group> groupOf;
  private final Map<Value, Value> arguments = new LinkedHashMap<>();
  private final Map<Value, Value> inside = new HashMap<>();
  private final List<Operation> body = new ArrayList<>();
  private final Names names;

  KernelBody(Group group, Map<Value, Operation> definitions, Map<Value, Group> groupOf, Names names) {
    this.names = names;
    this.group = group;
    this.definitions = definitions;
    this.groupOf = groupOf;
  }

  /**
   * The kernel operation.
   *
   * @param stored all values of the function that some kernel must store
   */
  Operation build(Set<Value> stored) {
    List<Value> results = new ArrayList<>();
    Operation last = null;
    for (Operation operation : group.operations()) {
      place(operation);
      if (stored.contains(operation.result())) {
        results.add(operation.result());
      }
      last = operation;
    }
    Block region = new Block(
        ImmutableList.copyOf(arguments.values()), ImmutableList.copyOf(body),
        results.stream().map(inside::get).collect(ImmutableList.toImmutableList()));
    return new Operation(
        new Kernel(label()), ImmutableList.copyOf(arguments.keySet()), ImmutableList.copyOf(results),
        ImmutableList.of(region), last.location());
  }

  private String label() {
    StringBuilder label = new StringBuilder();
    String previous = "";
    for (Operation operation : group.operations()) {
      String name = operation.op().name();
      if (!name.equals(previous) && label.length() + name.length() < 40) {
        label.append(label.isEmpty() ? "" : "_").append(name);
      }
      previous = name;
    }
    return label.toString();
  }

  private Value place(Operation operation) {
    List<Value> operands = operation.operands().stream().map(this::use).toList();
    Value result = new Value(names.next(), operation.result().type());
    body.add(new Operation(
        operation.op(), ImmutableList.copyOf(operands), ImmutableList.of(result), ImmutableList.of(),
        operation.location()));
    inside.put(operation.result(), result);
    return result;
  }

  /** The value inside the region: placed already, to be placed, or an argument. */
  private Value use(Value value) {
    Value known = inside.get(value);
    if (known != null) {
      return known;
    }
    Group source = groupOf.get(value);
    // A view that is a result of the function has a kernel of its own, which may come later.
    boolean inMemory = !definitions.containsKey(value) || definitions.get(value).op() instanceof Either
        || (source != null && source.index() < group.index());
    if (!inMemory) {
      return place(definitions.get(value));
    }
    Value argument = new Value(names.next(), value.type());
    arguments.put(value, argument);
    inside.put(value, argument);
    return argument;
  }
}
