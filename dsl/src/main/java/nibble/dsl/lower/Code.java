package nibble.dsl.lower;

import java.util.HashMap;
import java.util.Map;
import nibble.ir.BlockBuilder;

/**
 * The IR function that is being built.
 *
 * @param root the function's own block; weights are loaded there, so that loops share them
 * @param current where operations go: the function's block, or the body of a loop
 * @param weights operands of the weights that are loaded already, by name and type
 */
record Code(BlockBuilder root, BlockBuilder current, Map<String, Operand> weights) {
  static Code start() {
    BlockBuilder builder = new BlockBuilder();
    return new Code(builder, builder, new HashMap<>());
  }

  Code in(BlockBuilder other) {
    return new Code(root, other, weights);
  }
}
