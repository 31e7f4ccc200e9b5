package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.function.Consumer;

/**
 * Straight-line operations in SSA form. A nested block also sees the values of the blocks around it.
 *
 * @param arguments values that the surrounding function or op defines
 * @param operations in an order in which definitions precede uses
 * @param results what the block yields or returns
 */
public record Block(
    ImmutableList<Value> arguments, ImmutableList<Operation> operations, ImmutableList<Value> results) {

  /** Visits each operation, an outer one before those in its regions. */
  public void walk(Consumer<Operation> visitor) {
    for (Operation operation : operations) {
      visitor.accept(operation);
      operation.regions().forEach(region -> region.walk(visitor));
    }
  }
}
