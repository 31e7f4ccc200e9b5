package nibble.passes.precision;

import java.util.Locale;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Dim;

/**
 * One way to compute a product.
 *
 * @param layouts of its operands; empty to leave it as it is
 * @param plan the same as quantizers of what is stored
 * @param bits of an element, the mean of both operands
 */
record Candidate(Optional<LayoutCandidate> layouts, ProductPlan plan, double bits) {
  /** For people: {@code i8:token x i8:channel, 8.06 bits}. */
  String text() {
    return layouts.map(LayoutCandidate::text).orElse("the precision it has")
        + String.format(Locale.ROOT, " of %.2f bits", bits);
  }

  Dim bytesBefore(Operation product) {
    return TensorBytes.of(product.operand(0).tensorType()).plus(TensorBytes.of(product.operand(1).tensorType()));
  }

  Dim bytesAfter(Operation product) {
    return bytes(plan.left(), product, 0).plus(bytes(plan.right(), product, 1));
  }

  private static Dim bytes(Optional<Quantize> quantize, Operation product, int operand) {
    return TensorBytes.of(quantize.map(Quantize::result).orElse(product.operand(operand).tensorType()));
  }
}
