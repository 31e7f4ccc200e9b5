package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.TensorType;

/**
 * What becomes of the operands of one matrix product.
 *
 * @param left of the left operand; nothing to leave it
 * @param right of the right operand; nothing to leave it
 */
record ProductPlan(Optional<Change> left, Optional<Change> right) {
  /**
   * An operand that is quantized where it is stored.
   *
   * @param operand the operand
   * @param type the scaled type
   */
  record Change(StoredOperand operand, TensorType type) {}
}
