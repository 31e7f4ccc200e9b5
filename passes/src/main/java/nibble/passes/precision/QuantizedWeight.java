package nibble.passes.precision;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.Sub;
import nibble.ir.op.Weight;

/**
 * A weight that is quantized with dynamic scales, and dequantized before the products that it is the right operand of.
 *
 * @param quantizer the operation that quantizes it
 * @param source the weight of the file that it comes from
 * @param products what multiplies it
 * @param inner the axis of it that they sum over
 */
record QuantizedWeight(Operation quantizer, Weight source, List<Operation> products, int inner) {
  /** All of a function's products, by the results of quantizers; those that are left alone are recorded. */
  static ImmutableMap<Value, QuantizedWeight> of(
      Function function, ProductScope scope, Definitions definitions, RefusedProducts refused) {
    Map<Value, QuantizedWeight> weights = new LinkedHashMap<>();
    function.body().walk(product -> {
      if (!scope.includes(product)) {
        return;
      }
      Optional<Operation> quantizer = quantizer(StoredOperand.of(product.operand(1), definitions), definitions);
      if (quantizer.isEmpty()) {
        refused.accept(product, "its right operand is not quantized, or is not just dequantized");
        return;
      }
      Optional<Weight> source = new ConstantValues(definitions).weight(quantizer.get().operand(0));
      Optional<String> obstacle = source.isEmpty()
          ? Optional.of("its right operand is no weight") : obstacle(product, quantizer.get(), definitions);
      if (obstacle.isPresent()) {
        refused.accept(product, obstacle.get());
        return;
      }
      weights.computeIfAbsent(quantizer.get().result(), _ ->
          new QuantizedWeight(quantizer.get(), source.get(), new ArrayList<>(), inner(product, definitions)))
          .products.add(product);
    });
    return ImmutableMap.copyOf(weights);
  }

  /** Takes products that are left alone, and why. */
  @FunctionalInterface
  interface RefusedProducts {
    void accept(Operation product, String why);
  }

  private static Optional<Operation> quantizer(StoredOperand operand, Definitions definitions) {
    return definitions.of(operand.stored())
        .filter(below -> below.op() instanceof Dequantize)
        .flatMap(below -> definitions.of(below.operand(0)))
        .filter(below -> below.op() instanceof Quantize);
  }

  private static int inner(Operation product, Definitions definitions) {
    int rank = product.operand(1).tensorType().rank();
    return StoredOperand.of(product.operand(1), definitions)
        .storedAxis(((MatMul) product.op()).transposeB() ? rank - 1 : rank - 2);
  }

  private static Optional<String> obstacle(Operation product, Operation quantizer, Definitions definitions) {
    Quantize quantize = (Quantize) quantizer.op();
    TensorType type = quantize.result();
    StoredOperand left = StoredOperand.of(product.operand(0), definitions);
    if (quantizer.operands().size() > 1) {
      return Optional.of("the scales of its weight are given already");
    }
    if (definitions.of(quantizer.operand(0)).filter(below -> below.op() instanceof Sub).isPresent()) {
      return Optional.of("its weight is what other codes leave");
    }
    if (type.rank() != 2 || !type.shape().isConstant()) {
      return Optional.of("its weight is no matrix");
    }
    if (type.zeroType().isPresent() || type.residual().isPresent()) {
      return Optional.of("a value of " + type + " is not just a code and a scale");
    }
    if (!(quantize.rounding() instanceof FixedRounding)) {
      return Optional.of("its weight is rounded at random");
    }
    int rank = product.operand(0).tensorType().rank();
    if (!product.operand(0).tensorType().isPlain()
        || left.storedAxis(rank - 1) != left.stored().tensorType().rank() - 1) {
      return Optional.of("its activation is stored with another axis last than the inner one");
    }
    return Optional.empty();
  }

  Quantize quantize() {
    return (Quantize) quantizer.op();
  }

  /** The weight before it is quantized. */
  Value exact() {
    return quantizer.operand(0);
  }

  /** What the products multiply it with, as it is stored. */
  List<Value> activations(Definitions definitions) {
    return products.stream().map(product -> StoredOperand.of(product.operand(0), definitions).stored()).toList();
  }

  /** What pruned the weight; then its zeros stay zeros. */
  Optional<Prune> pruning(Definitions definitions) {
    return definitions.of(exact()).map(Operation::op).filter(Prune.class::isInstance).map(Prune.class::cast);
  }
}
