package nibble.codegen.partition;

import java.util.Optional;
import nibble.ir.Operation;

/**
 * Whether a quantizer of a product's result, behind views such as heads, is computed by the kernel of the product.
 *
 * @param quantizer the quantizer
 * @param why it is not, but reads what that kernel stores; nothing where it is
 */
public record QuantizerPlace(Operation quantizer, Optional<String> why) {}
