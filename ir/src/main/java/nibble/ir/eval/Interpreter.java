package nibble.ir.eval;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.For;
import nibble.ir.op.Kernel;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;
import nibble.ir.shape.Dim;

/**
 * The reference interpreter.
 *
 * @param mode whether values are rounded to their types
 * @param weights where weights come from
 * @param observer sees each operation with its results, in order of execution
 */
public record Interpreter(Mode mode, WeightSource weights, Observer observer) {
  /** Watches an interpretation. */
  @FunctionalInterface
  public interface Observer {
    Observer NONE = (operation, results) -> {};

    void executed(Operation operation, List<Tensor> results);
  }

  public Interpreter(Mode mode, WeightSource weights) {
    this(mode, weights, Observer.NONE);
  }

  /**
   * Runs a function. Symbolic sizes are bound by the shapes of the inputs.
   *
   * @throws InputException where the inputs do not fit the parameters
   */
  public ImmutableList<Tensor> run(Function function, List<Tensor> inputs) {
    Map<String, Long> sizes = bind(function, inputs);
    Function special = Substitution.of(sizes).apply(function);
    return run(special.body(), inputs, new HashMap<>());
  }

  /** Values of the symbolic sizes for which the inputs fit the parameters of a function. */
  public static Map<String, Long> bind(Function function, List<Tensor> inputs) {
    List<Value> parameters = function.parameters();
    if (parameters.size() != inputs.size()) {
      throw new InputException(
          "@" + function.name() + " takes " + parameters.size() + " inputs, not " + inputs.size());
    }
    Map<String, Long> sizes = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      bind(parameters.get(i), inputs.get(i).type(), sizes);
    }
    return sizes;
  }

  private static void bind(Value parameter, TensorType input, Map<String, Long> sizes) {
    TensorType type = parameter.tensorType();
    boolean fits = type.rank() == input.rank() && type.withShape(input.shape()).equals(input);
    for (int axis = 0; fits && axis < type.rank(); axis++) {
      Dim dim = type.shape().dim(axis);
      long extent = input.shape().dim(axis).constant();
      dim.symbols().stream().filter(symbol -> dim.equals(Dim.symbol(symbol)))
          .forEach(symbol -> sizes.putIfAbsent(symbol, extent));
      fits = sizes.keySet().containsAll(dim.symbols()) && dim.evaluate(sizes) == extent;
    }
    if (!fits) {
      throw new InputException("the input " + parameter + " is " + type + ", not " + input);
    }
  }

  private ImmutableList<Tensor> run(Block block, List<Tensor> arguments, Map<Value, Tensor> values) {
    for (int i = 0; i < arguments.size(); i++) {
      values.put(block.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : block.operations()) {
      List<Tensor> operands = operation.operands().stream().map(values::get).toList();
      List<Tensor> results = execute(operation, operands, values);
      for (int i = 0; i < results.size(); i++) {
        values.put(operation.results().get(i), results.get(i));
      }
      observer.executed(operation, results);
    }
    return block.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  private List<Tensor> execute(Operation operation, List<Tensor> operands, Map<Value, Tensor> values) {
    return switch (operation.op()) {
      case TensorOp op -> List.of(rounded(op.eval(operands, operation.result().tensorType())));
      case Weight weight -> List.of(rounded(weights.weight(weight.key(), weight.result())));
      case For loop -> loop(loop, operation.regions().getFirst(), operands, values);
      case Kernel kernel -> run(operation.regions().getFirst(), operands, new HashMap<>());
      default -> throw new IllegalStateException("the interpreter does not know " + operation.op().name());
    };
  }

  private List<Tensor> loop(For loop, Block body, List<Tensor> carried, Map<Value, Tensor> values) {
    List<Tensor> state = carried;
    for (long i = loop.from().constant(); i < loop.to().constant(); i++) {
      List<Tensor> arguments = new ArrayList<>();
      arguments.add(Tensor.scalar(For.COUNTER, i));
      arguments.addAll(state);
      state = run(body, arguments, values);
    }
    return state;
  }

  private Tensor rounded(Tensor tensor) {
    return mode == Mode.FAITHFUL && tensor.type().format().isFloat() && !tensor.type().isScaled()
        ? tensor.rounded()
        : tensor;
  }
}
