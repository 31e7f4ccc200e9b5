package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.op.Quantize;

/**
 * How the operands of one matrix product are quantized, where they are stored. It holds quantizers and no values, since
 * a value may be another by the time the product is rewritten.
 *
 * @param left quantizer of the left operand; nothing to leave it
 * @param right quantizer of the right operand; nothing to leave it
 */
record ProductPlan(Optional<Quantize> left, Optional<Quantize> right) {}
