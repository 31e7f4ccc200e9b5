package nibble.passes.precision;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Dim;
import nibble.passes.Decision.Cost;
import nibble.passes.PassContext;

/**
 * A quantized weight that gets a second level of codes, as the right operand of a product.
 *
 * @param operand what lies below transposes and casts
 * @param to format of the dequantized codes
 * @param quantizer what makes the first level
 */
record TwoLevelWeight(StoredOperand operand, NumberFormat to, Operation quantizer) {
  /** Those of a function, by the result of the product; of the others there is a record. */
  static ImmutableMap<Value, TwoLevelWeight> of(Function function, ProductScope scope, PassContext context) {
    Definitions definitions = Definitions.in(function);
    Map<Value, TwoLevelWeight> found = new LinkedHashMap<>();
    function.body().walk(product -> {
      if (!scope.includes(product) || product.op() instanceof MatMul matmul && !matmul.to().isFloat()) {
        return;
      }
      StoredOperand operand = StoredOperand.of(product.operand(1), definitions);
      Optional<Operation> dequantize =
          definitions.of(operand.stored()).filter(below -> below.op() instanceof Dequantize);
      Optional<Operation> quantizer = dequantize.flatMap(below -> definitions.of(below.operand(0)))
          .filter(below -> below.op() instanceof Quantize)
          .filter(below -> new ConstantValues(definitions).isConstant(below.operand(0)));
      if (quantizer.isEmpty()) {
        context.skipped("a second level of its weight", product.location(),
            "its right operand is no quantized weight, or is not just dequantized");
        return;
      }
      TwoLevelWeight weight =
          new TwoLevelWeight(operand, ((Dequantize) dequantize.get().op()).to(), quantizer.get());
      weight.obstacle().ifPresentOrElse(
          why -> context.skipped("a second level of " + operand.description(), product.location(), why),
          () -> {
            found.put(product.result(), weight);
            weight.record(product, scope, definitions, context);
          });
    });
    return ImmutableMap.copyOf(found);
  }

  private Optional<String> obstacle() {
    TensorType type = quantize().result();
    if (quantizer.operands().size() > 1) {
      return Optional.of("the scales of its weight are given, so that it is on codes already");
    }
    if (!(quantize().rounding() instanceof FixedRounding)) {
      return Optional.of("its weight is rounded at random, and the second level would draw the same bits");
    }
    return type.zeroType().isPresent() || type.residual().isPresent()
        ? Optional.of("a value of " + type + " is not just a code and a scale") : Optional.empty();
  }

  Quantize quantize() {
    return (Quantize) quantizer.op();
  }

  Value exact() {
    return quantizer.operand(0);
  }

  Value codes() {
    return quantizer.result();
  }

  private void record(Operation product, ProductScope scope, Definitions definitions, PassContext context) {
    TensorType type = quantize().result();
    Optional<double[]> levels = context.environment().weights()
        .flatMap(weights -> new ConstantValues(definitions).tensor(exact(), weights)).map(this::sqnrDb);
    String gain = levels.map(sqnr -> String.format(
        Locale.ROOT, ": SQNR %.1f dB instead of %.1f dB", sqnr[1], sqnr[0])).orElse("");
    context.applied(
        "second level of " + type.format().name() + " for " + operand.description() + gain
            + ", a second product beside the first",
        product.location(), scope.reason(product),
        new Cost(TensorBytes.of(type), TensorBytes.of(type).times(Dim.of(2)), levels.map(sqnr -> sqnr[1])));
  }

  /** Of one level and of two. */
  private double[] sqnrDb(Tensor weight) {
    double[] exact = weight.values();
    double[] first = quantize().eval(List.of(weight), quantize().result()).values();
    double[] left = exact.clone();
    for (int i = 0; i < left.length; i++) {
      left[i] -= first[i];
    }
    double[] both =
        quantize().eval(List.of(Tensor.of(weight.type(), left)), quantize().result()).values();
    for (int i = 0; i < both.length; i++) {
      both[i] += first[i];
    }
    return new double[] {QuantizationCost.sqnrDb(exact, first), QuantizationCost.sqnrDb(exact, both)};
  }
}
