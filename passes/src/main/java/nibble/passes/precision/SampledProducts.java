package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.FirstRun;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.passes.PassContext;

/**
 * Matrix products on the sample inputs: what they multiply, and what quantizers of their operands make of the result.
 *
 * @param definitions of the function's values
 * @param values operands as they are stored, and results, in exact interpretation
 */
record SampledProducts(Definitions definitions, ObservedValues values) {
  /**
   * Interprets a function.
   *
   * @throws nibble.ir.diagnostic.InputException where sample inputs or weights are missing
   */
  static SampledProducts of(
      Function function, Collection<Operation> products, PassContext context, String pass) {
    Definitions definitions = Definitions.in(function);
    Set<Value> wanted = new LinkedHashSet<>();
    for (Operation product : products) {
      wanted.add(product.result());
      product.operands().forEach(operand -> wanted.add(StoredOperand.of(operand, definitions).stored()));
    }
    return new SampledProducts(definitions, ObservedValues.of(function, wanted, context, pass));
  }

  /** The left operands of products as they are stored, where there are sample inputs that fit, and weights. */
  static Optional<ObservedValues> activations(Function function, ProductScope scope, PassContext context) {
    ImmutableList<Tensor> inputs = context.environment().inputs().get(function.name());
    if (inputs == null || context.environment().weights().isEmpty() || !fits(function, inputs)) {
      return Optional.empty();
    }
    Definitions definitions = Definitions.in(function);
    Set<Value> wanted = new LinkedHashSet<>();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        wanted.add(StoredOperand.of(operation.operand(0), definitions).stored());
      }
    });
    return wanted.isEmpty()
        ? Optional.empty() : Optional.of(ObservedValues.of(function, wanted, context, "a decision record"));
  }

  private static boolean fits(Function function, List<Tensor> inputs) {
    try {
      Interpreter.bind(function, FirstRun.inputs(function, inputs));
      return true;
    } catch (InputException e) {
      // Such as those of other sizes than the function was fixed to.
      return false;
    }
  }

  /** The noise of a product's result over its signal, each a sum of squares, where its operands alone are quantized. */
  double noise(Operation product, ProductPlan plan) {
    Tensor left = operand(product.operand(0), plan.left());
    Tensor right = operand(product.operand(1), plan.right());
    MatMul op = (MatMul) product.op();
    Tensor quantized = op.eval(List.of(left, right), op.infer(List.of(left.type(), right.type())));
    return Noise.ratio(values.of(product.result()).orElseThrow().values(), quantized.values());
  }

  private Tensor operand(Value operand, Optional<Quantize> quantize) {
    StoredOperand source = StoredOperand.of(operand, definitions);
    Tensor stored = values.of(source.stored()).orElseThrow();
    TensorType plain = TensorType.of(stored.type().shape(), Formats.F32);
    double[] kept = quantize
        .map(quantizer -> quantizer.eval(List.of(stored), quantizer.result().withShape(stored.type().shape())).values())
        .orElseGet(stored::values);
    return source.toOperand(Tensor.of(plain, kept));
  }
}
