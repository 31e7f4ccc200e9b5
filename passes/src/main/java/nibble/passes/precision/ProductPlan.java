package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.TensorType;

/**
 * What the operands of one matrix product are quantized to, where they are stored. It holds types and no values, since
 * a value may be another by the time the product is rewritten.
 *
 * @param left type of the left operand; nothing to leave it
 * @param right type of the right operand; nothing to leave it
 */
record ProductPlan(Optional<TensorType> left, Optional<TensorType> right) {}
