package nibble.passes.validate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Attention;
import nibble.ir.op.CompositeOp;
import nibble.ir.op.Constant;
import nibble.ir.op.For;
import nibble.ir.op.Kernel;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;

/**
 * Exact interpretation with a running bound of the error that each value has in another arithmetic.
 *
 * @param model the other arithmetic
 * @param mode whether the other arithmetic rounds constants and weights to their types
 * @param weights where weights come from
 * @param observer sees each operation with its results
 */
record BoundedInterpreter(
    ErrorModel model, Mode mode, WeightSource weights, BiConsumer<Operation, List<Approximate>> observer) {

  ImmutableList<Approximate> run(Function function, List<Tensor> inputs) {
    Function special = Substitution.of(Interpreter.bind(function, inputs)).apply(function);
    return run(special.body(), inputs.stream().map(Approximate::given).toList(), new HashMap<>());
  }

  private ImmutableList<Approximate> run(Block block, List<Approximate> arguments, Map<Value, Approximate> values) {
    for (int i = 0; i < arguments.size(); i++) {
      values.put(block.arguments().get(i), arguments.get(i));
    }
    for (Operation operation : block.operations()) {
      List<Approximate> operands = operation.operands().stream().map(values::get).toList();
      List<Approximate> results = execute(operation, operands, values);
      for (int i = 0; i < results.size(); i++) {
        values.put(operation.results().get(i), results.get(i));
      }
      observer.accept(operation, results);
    }
    return block.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  private List<Approximate> execute(Operation operation, List<Approximate> operands, Map<Value, Approximate> values) {
    return switch (operation.op()) {
      // By a scheme, or with a filter, it has no simpler parts.
      case Attention op when op.scheme().isPresent() || op.filter().isPresent() ->
          List.of(apply(op, operands, operation.result().tensorType()));
      case CompositeOp op -> List.of(composite(op, operands, operation.result().tensorType()));
      case Constant op -> List.of(given(op.eval(List.of(), operation.result().tensorType())));
      case TensorOp op -> List.of(apply(op, operands, operation.result().tensorType()));
      case Weight weight -> List.of(given(weights.weight(weight.key(), weight.result())));
      case For loop -> loop(loop, operation.regions().getFirst(), operands, values);
      case Kernel kernel -> run(operation.regions().getFirst(), operands, new HashMap<>());
      default -> throw new IllegalStateException("no error analysis goes through " + operation.op().name());
    };
  }

  private Approximate given(Tensor exact) {
    return mode == Mode.EXACT ? Approximate.given(exact) : new Approximate(exact, distances(exact, exact.rounded()));
  }

  private static double[] distances(Tensor exact, Tensor rounded) {
    double[] distances = new double[exact.size()];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = Math.abs(exact.elements()[i] - rounded.elements()[i]);
    }
    return distances;
  }

  private Approximate apply(TensorOp op, List<Approximate> operands, TensorType type) {
    Tensor exact = op.eval(operands.stream().map(Approximate::exact).toList(), type);
    return new Approximate(exact, op.error(operands, exact, model));
  }

  /**
   * A composite op has the error of its parts; they are analysed here, so that their constants are exact in exact mode.
   */
  private Approximate composite(CompositeOp op, List<Approximate> operands, TensorType type) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = operands.stream().map(operand -> builder.argument(operand.exact().type())).toList();
    Block body = builder.build(op.decompose(builder, arguments));
    BoundedInterpreter inside = new BoundedInterpreter(model, mode, weights, (operation, results) -> { });
    double[] error = inside.run(body, operands, new HashMap<>()).getFirst().error();
    return new Approximate(op.eval(operands.stream().map(Approximate::exact).toList(), type), error);
  }

  private List<Approximate> loop(For loop, Block body, List<Approximate> carried, Map<Value, Approximate> values) {
    List<Approximate> state = carried;
    for (long i = loop.from().constant(); i < loop.to().constant(); i++) {
      List<Approximate> arguments = new ArrayList<>();
      arguments.add(Approximate.given(Tensor.scalar(For.COUNTER, i)));
      arguments.addAll(state);
      state = run(body, arguments, values);
    }
    return state;
  }
}
