package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.FirstRun;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.PassContext;

/**
 * What values of a function are when it is interpreted on the sample inputs of the environment: data of calibration.
 *
 * @param tensors by name of the value
 */
record ObservedValues(Map<String, Tensor> tensors) {
  /**
   * Interprets a function, in f64, and keeps some of its values.
   *
   * @param values which to keep; those inside of loops as they are in the last round
   * @throws InputException where sample inputs or weights are missing
   */
  static ObservedValues of(Function function, Set<Value> values, PassContext context, String pass) {
    List<Tensor> inputs = inputs(function, context, pass);
    WeightSource weights = weights(function, context);
    Map<String, Tensor> kept = new HashMap<>();
    values.forEach(value -> {
      int parameter = function.parameters().indexOf(value);
      if (parameter >= 0) {
        kept.put(value.name(), inputs.get(parameter));
      }
    });
    Set<String> names = values.stream().map(Value::name).collect(Collectors.toSet());
    new Interpreter(Mode.EXACT, weights, (operation, operands, results) -> {
      for (int i = 0; i < results.size(); i++) {
        String name = operation.results().get(i).name();
        if (names.contains(name)) {
          kept.put(name, results.get(i));
        }
      }
    }).run(function, inputs);
    return new ObservedValues(Map.copyOf(kept));
  }

  /**
   * The sample inputs of a function; state that passes gave it is that of a first run.
   *
   * @throws InputException where there are none
   */
  static ImmutableList<Tensor> inputs(Function function, PassContext context, String pass) {
    ImmutableList<Tensor> inputs = context.environment().inputs().get(function.name());
    if (inputs == null) {
      throw new InputException(pass + " has no sample inputs of @" + function.name(),
          "it finds its numbers by interpreting the function; give some with --calibration, or let them be made up "
              + "with --made-up");
    }
    return FirstRun.inputs(function, inputs);
  }

  /**
   * Why a function can't be interpreted where others can: sample inputs are those of the function that is run, and a
   * model may have more of them. Nothing where there are no sample inputs at all, which is an error.
   */
  static Optional<String> obstacle(Function function, PassContext context) {
    Set<String> sampled = context.environment().inputs().keySet();
    return sampled.isEmpty() || sampled.contains(function.name())
        ? Optional.empty()
        : Optional.of("there are no sample inputs of @" + function.name() + ", but of "
            + sampled.stream().map(name -> "@" + name).sorted().collect(Collectors.joining(", ")) + " alone");
  }

  /** The weights of a model; asking for one is an error where there are none. */
  static WeightSource weights(Function function, PassContext context) {
    return context.environment().weights().orElse((key, type) -> {
      throw context.lacksWeights("to interpret @" + function.name() + " with");
    });
  }

  /** What was seen of a value; nothing where it was not computed. */
  Optional<Tensor> of(Value value) {
    return Optional.ofNullable(tensors.get(value.name()));
  }
}
