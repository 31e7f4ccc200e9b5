package nibble.ir.eval;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.For;
import nibble.ir.op.Kernel;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.verify.Verifier;

/**
 * The reference interpreter.
 *
 * @param mode whether values are rounded to their types
 * @param weights where weights come from
 * @param observer sees each operation with its operands and results, in order of execution
 */
public record Interpreter(Mode mode, WeightSource weights, Observer observer) {
  /** Watches an interpretation. */
  @FunctionalInterface
  public interface Observer {
    Observer NONE = (operation, operands, results) -> {};

    void executed(Operation operation, List<Tensor> operands, List<Tensor> results);

    /** Watches together with another, which comes second. */
    default Observer andThen(Observer other) {
      return (operation, operands, results) -> {
        executed(operation, operands, results);
        other.executed(operation, operands, results);
      };
    }
  }

  /** An interpreter that nobody watches. */
  public Interpreter(Mode mode, WeightSource weights) {
    this(mode, weights, Observer.NONE);
  }

  /**
   * Runs a function of a module, whose bounds of symbolic sizes the inputs must keep.
   *
   * @throws InputException where the inputs do not fit the parameters
   */
  public ImmutableList<Tensor> run(Module module, Function function, List<Tensor> inputs) {
    bind(function, inputs).forEach((name, value) -> {
      SymbolBounds bounds = module.symbols().get(name);
      if (bounds != null && !bounds.allows(value)) {
        throw new InputException("the size " + bounds + " can't be " + value);
      }
    });
    return run(function, inputs);
  }

  /**
   * Runs a function. Symbolic sizes are bound by the shapes of the inputs. In faithful mode the inputs are rounded to
   * their types as well.
   *
   * @throws InputException where the inputs do not fit the parameters, or a size makes an operation impossible
   */
  public ImmutableList<Tensor> run(Function function, List<Tensor> inputs) {
    Function special = specialized(function, bind(function, inputs));
    Map<Operation, List<Value>> lastUses = lastUses(special.body());
    return run(special.body(), inputs.stream().map(this::rounded).toList(), new HashMap<>(), lastUses);
  }

  /**
   * Values that nothing reads behind an operation: of a large model, all that there ever were would be too many to
   * keep.
   */
  private static Map<Operation, List<Value>> lastUses(Block body) {
    Set<Value> read = new HashSet<>(body.results());
    Map<Operation, List<Value>> last = new IdentityHashMap<>();
    for (Operation operation : body.operations().reverse()) {
      List<Value> here = new ArrayList<>();
      collectReads(operation, value -> {
        if (read.add(value)) {
          here.add(value);
        }
      });
      last.put(operation, here);
    }
    return last;
  }

  private static void collectReads(Operation operation, Consumer<Value> reads) {
    operation.operands().forEach(reads);
    for (Block region : operation.regions()) {
      region.results().forEach(reads);
      region.operations().forEach(inner -> collectReads(inner, reads));
    }
  }

  /**
   * Values of the symbolic sizes for which the inputs fit the parameters of a function: a size is bound by an extent
   * that is the size itself, or a multiple of it plus a number.
   *
   * @throws InputException where there are none
   */
  public static Map<String, Long> bind(Function function, List<Tensor> inputs) {
    return SizeBinding.of(function, inputs.stream().map(Tensor::type).toList());
  }

  /** The function for those sizes. What held for symbols may fail for numbers: a slice 0:8 of S where S is 4. */
  private static Function specialized(Function function, Map<String, Long> sizes) {
    Set<String> unbound = Sets.difference(function.symbols(), sizes.keySet());
    if (!unbound.isEmpty()) {
      throw new InputException("the shapes of the inputs of @" + function.name() + " do not say what the size "
          + String.join(", ", unbound) + " is");
    }
    String given = SizeBinding.text(sizes);
    try {
      Function special = Substitution.of(sizes).apply(function);
      ImmutableList<Diagnostic> wrong = sizes.isEmpty() ? ImmutableList.of() : Verifier.check(special, Set.of());
      if (!wrong.isEmpty()) {
        throw new InputException(wrong.stream().map(diagnostic -> diagnostic.note(given)).toList());
      }
      special.body().walk(operation -> operation.results().forEach(Interpreter::requireMemory));
      return special;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new InputException(Diagnostic.error(e.getMessage(), function.location()).note(given));
    }
  }

  private static void requireMemory(Value value) {
    Dim size = value.tensorType().shape().size();
    if (size.constant() > Integer.MAX_VALUE) {
      throw new InputException(
          value + " has " + size + " elements; the interpreter takes up to " + Integer.MAX_VALUE);
    }
  }

  private ImmutableList<Tensor> run(
      Block block, List<Tensor> arguments, Map<Value, Tensor> values, Map<Operation, List<Value>> lastUses) {
    for (int i = 0; i < arguments.size(); i++) {
      values.put(block.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : block.operations()) {
      List<Tensor> operands = operation.operands().stream().map(values::get).toList();
      List<Tensor> results = execute(operation, operands, values);
      for (int i = 0; i < results.size(); i++) {
        values.put(operation.results().get(i), results.get(i));
      }
      observer.executed(operation, operands, results);
      lastUses.getOrDefault(operation, List.of()).forEach(values::remove);
    }
    return block.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  private List<Tensor> execute(Operation operation, List<Tensor> operands, Map<Value, Tensor> values) {
    return switch (operation.op()) {
      case TensorOp op -> List.of(rounded(op.eval(operands, operation.result().tensorType())));
      case Weight weight -> List.of(rounded(weight(weight)));
      case For loop -> loop(loop, operation.regions().getFirst(), operands, values);
      case Kernel kernel -> run(operation.regions().getFirst(), operands, new HashMap<>(), Map.of());
      default -> throw new IllegalStateException("the interpreter does not know " + operation.op().name());
    };
  }

  private Tensor weight(Weight weight) {
    Tensor tensor = weights.weight(weight.key(), weight.result());
    if (!tensor.type().equals(weight.result())) {
      throw new InputException(
          "the weight '" + weight.key() + "' is " + tensor.type() + ", not " + weight.result());
    }
    return tensor;
  }

  private List<Tensor> loop(For loop, Block body, List<Tensor> carried, Map<Value, Tensor> values) {
    List<Tensor> state = carried;
    for (long i = loop.from().constant(); i < loop.to().constant(); i++) {
      List<Tensor> arguments = new ArrayList<>();
      arguments.add(Tensor.scalar(For.COUNTER, i));
      arguments.addAll(state);
      state = run(body, arguments, values, Map.of());
    }
    return state;
  }

  private Tensor rounded(Tensor tensor) {
    return mode == Mode.FAITHFUL && tensor.type().format().isFloat() && !tensor.type().isScaled()
        ? tensor.rounded()
        : tensor;
  }
}
