package nibble.codegen.work;

import java.util.HashMap;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * Which share of a value's elements some op needs: of offsets of an access of several elements, those of the first of
 * them alone; of what nobody needs, nothing. Threads compute no others.
 */
final class NeededShares {
  private final Map<Value, Double> shares = new HashMap<>();

  private NeededShares() {}

  static NeededShares of(Function program) {
    NeededShares needed = new NeededShares();
    needed.walk(program.body());
    return needed;
  }

  private void walk(Block block) {
    block.results().forEach(result -> need(result, 1));
    for (Operation operation : block.operations().reversed()) {
      boolean whole = !operation.op().isPure() || !operation.regions().isEmpty();
      double share = whole ? 1 : of(operation);
      operation.regions().forEach(this::walk);
      for (int i = 0; i < operation.operands().size(); i++) {
        need(operation.operand(i), OpWork.places(operation).contains(i) ? OpWork.placesNeeded(operation) : share);
      }
    }
  }

  private void need(Value value, double share) {
    shares.merge(value, share, Math::max);
  }

  /** The largest share of an operation's results; all of one that has none. */
  double of(Operation operation) {
    return operation.results().isEmpty()
        ? 1 : operation.results().stream().mapToDouble(result -> shares.getOrDefault(result, 0.0)).max().orElseThrow();
  }
}
