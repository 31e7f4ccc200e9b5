package nibble.passes.validate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Interpreter.Observer;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;

/**
 * Finds the first operation after a pass whose result differs too much from that of its counterpart before: the
 * operation of the same name, type and location. Most operations that a pass leaves alone have one.
 *
 * @param functions the functions and their inputs
 * @param modelBefore the errors that the program before the pass may have
 * @param modelAfter the errors that the program after the pass may have besides
 */
record OperationSearch(FunctionPair functions, ErrorModel modelBefore, ErrorModel modelAfter) {
  /** What operations are recognised by. */
  private record Key(String name, String type, String location) {
    static Key of(Operation operation, int result) {
      Value value = operation.results().get(result);
      return new Key(value.name(), value.type().toString(), operation.location().toString());
    }
  }

  /** Where the exact values part. */
  Optional<String> exact() {
    return search(Mode.EXACT);
  }

  /** Where the faithful values leave what the program meant. */
  Optional<String> faithful() {
    return search(Mode.FAITHFUL);
  }

  private Optional<String> search(Mode mode) {
    Map<Key, Approximate> before = new HashMap<>();
    new BoundedInterpreter(modelBefore, mode, functions.weights(), (operation, results) -> {
      for (int i = 0; i < results.size(); i++) {
        before.putIfAbsent(Key.of(operation, i), results.get(i));
      }
    }).run(functions.before(), functions.inputs());
    Map<Key, Approximate> noise = new HashMap<>();
    new BoundedInterpreter(modelAfter, Mode.EXACT, functions.weights(), (operation, results) -> {
      for (int i = 0; i < results.size(); i++) {
        noise.putIfAbsent(Key.of(operation, i), results.get(i));
      }
    }).run(functions.after(), functions.inputs());
    List<String> found = new ArrayList<>();
    Observer observer = (operation, operands, results) -> compare(operation, results, before, noise, found);
    new Interpreter(mode, functions.weights(), observer).run(functions.after(), functions.inputs());
    return found.stream().findFirst();
  }

  private static void compare(
      Operation operation, List<Tensor> results, Map<Key, Approximate> before, Map<Key, Approximate> noise,
      List<String> found) {
    for (int i = 0; found.isEmpty() && i < results.size(); i++) {
      Approximate expected = before.get(Key.of(operation, i));
      if (expected == null) {
        continue;
      }
      double[] allowed = expected.error().clone();
      double[] more = noise.get(Key.of(operation, i)).error();
      for (int at = 0; at < allowed.length; at++) {
        allowed[at] += more[at];
      }
      Value value = operation.results().get(i);
      Difference.first(expected.exact().type(), expected.exact().values(), results.get(i).values(), allowed)
          .ifPresent(difference -> found.add(
              value + " = " + operation.op().name() + " " + operation.location() + " " + difference.text()));
    }
  }
}
