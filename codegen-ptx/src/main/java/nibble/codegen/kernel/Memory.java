package nibble.codegen.kernel;

import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.Value;

/**
 * A tensor in global memory.
 *
 * @param type its type
 * @param elements buffer of elements, or codes
 * @param scales buffer of scales, of scaled tensors
 */
record Memory(TensorType type, Value elements, Optional<Value> scales) {}
