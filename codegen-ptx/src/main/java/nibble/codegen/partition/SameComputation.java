package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.Value;
import nibble.ir.op.Kernel;

/**
 * Whether two programs compute the same results by the same operations, in whatever order, as often as they please,
 * inside of kernels or outside. Verification proves each kernel against its own operations, so those must be the
 * function's: this is what makes a proof of all kernels one of the whole.
 */
final class SameComputation {
  /** What a value is: an operation on values that are known by their numbers. */
  private record Definition(Op op, List<Integer> operands, ImmutableList<Type> types, int result) {}

  private final Map<Object, Integer> numbers = new HashMap<>();

  private SameComputation() {}

  /**
   * Compares two programs.
   *
   * @param operations of the first
   * @param results of the first
   * @param others operations of the second, on the same parameters
   * @param otherResults results of the second
   */
  static boolean holds(
      List<Operation> operations, List<Value> results, List<Operation> others, List<Value> otherResults) {
    SameComputation comparison = new SameComputation();
    return comparison.numbers(operations, results).equals(comparison.numbers(others, otherResults));
  }

  private List<Integer> numbers(List<Operation> operations, List<Value> results) {
    Map<Value, Integer> known = new HashMap<>();
    operations.forEach(operation -> define(operation, known));
    return results.stream().map(value -> number(value, known)).toList();
  }

  /** Values without a definition are parameters, which both programs have under the same name. */
  private int number(Value value, Map<Value, Integer> known) {
    return known.computeIfAbsent(value, this::number);
  }

  private int number(Object what) {
    return numbers.computeIfAbsent(what, key -> numbers.size());
  }

  private void define(Operation operation, Map<Value, Integer> known) {
    List<Integer> operands = operation.operands().stream().map(value -> number(value, known)).toList();
    if (operation.op() instanceof Kernel) {
      Block region = operation.regions().getFirst();
      Map<Value, Integer> inside = new HashMap<>();
      for (int i = 0; i < operands.size(); i++) {
        inside.put(region.arguments().get(i), operands.get(i));
      }
      region.operations().forEach(inner -> define(inner, inside));
      for (int i = 0; i < operation.results().size(); i++) {
        known.put(operation.results().get(i), number(region.results().get(i), inside));
      }
      return;
    }
    ImmutableList<Type> types = operation.results().stream().map(Value::type).collect(ImmutableList.toImmutableList());
    for (int i = 0; i < operation.results().size(); i++) {
      known.put(operation.results().get(i), number(new Definition(operation.op(), operands, types, i)));
    }
  }
}
