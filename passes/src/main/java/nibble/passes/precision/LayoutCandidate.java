package nibble.passes.precision;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nibble.ir.Operation;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Quantize;
import nibble.passes.Decision;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;

/**
 * Layouts of the operands of a product.
 *
 * @param weight of the right one; none to leave it
 * @param act of the left one; none to leave it
 */
record LayoutCandidate(Optional<LayoutSpec> weight, Optional<LayoutSpec> act) {
  /** A candidate, or why the layouts do not fit. */
  record Fit(Optional<Candidate> candidate, Optional<String> obstacle) {}

  /** For people: the activation's layout, then the weight's. */
  String text() {
    return Stream.of(act, weight).flatMap(Optional::stream).map(LayoutSpec::toString)
        .collect(Collectors.joining(" x "));
  }

  /**
   * Fits both layouts to the operands of a product.
   *
   * @param left bits of an element that is left as it is; those of its format where empty
   * @param sizes of symbols: the part of scales in the bits of an element depends on them
   */
  Fit fit(
      Operation product, Definitions definitions, PassEnvironment environment, Optional<Double> left,
      Map<String, Long> sizes) {
    PassContext unheard = new PassContext(PassEnvironment.of(environment.registry()), "");
    Optional<ProductPlan> plan =
        new ProductPlanner(weight, act, any -> "", definitions, Optional.empty(), unheard).plan(product);
    Optional<String> obstacle = unheard.decisions().stream()
        .filter(decision -> decision.outcome() == Decision.Outcome.SKIPPED).map(Decision::reason).findFirst();
    if (plan.isEmpty() || obstacle.isPresent()) {
      return new Fit(Optional.empty(), obstacle);
    }
    double bits = (bits(product.operand(0), plan.get().left(), left, sizes)
        + bits(product.operand(1), plan.get().right(), left, sizes)) / 2;
    return new Fit(Optional.of(new Candidate(Optional.of(this), plan.get(), bits)), Optional.empty());
  }

  private static double bits(
      Value operand, Optional<Quantize> quantize, Optional<Double> left, Map<String, Long> sizes) {
    return quantize.map(quantizer -> bits(quantizer.result(), sizes))
        .or(() -> left)
        .orElseGet(() -> (double) operand.tensorType().format().storageBits());
  }

  /** Bits of an element with its part of the scales. */
  static double bits(TensorType type, Map<String, Long> sizes) {
    double bits = 0;
    for (TensorPart part : type.dense().parts()) {
      bits += (double) part.type().shape().size().evaluate(sizes) * part.type().format().storageBits();
    }
    return bits / type.shape().size().evaluate(sizes);
  }
}
