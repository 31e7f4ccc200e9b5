package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * One operation: an op applied to values.
 *
 * @param op what is done
 * @param operands what it is done to
 * @param results what it defines
 * @param regions nested blocks, of ops such as {@code for}
 * @param location where it comes from
 */
public record Operation(
    Op op,
    ImmutableList<Value> operands,
    ImmutableList<Value> results,
    ImmutableList<Block> regions,
    Location location) {

  public Value operand(int index) {
    return operands.get(index);
  }

  /** The only result. */
  public Value result() {
    if (results.size() != 1) {
      throw new IllegalStateException(op.name() + " has " + results.size() + " results");
    }
    return results.getFirst();
  }

  public Operation withOperands(List<Value> others) {
    return new Operation(op, ImmutableList.copyOf(others), results, regions, location);
  }

  public Operation withRegions(List<Block> others) {
    return new Operation(op, operands, results, ImmutableList.copyOf(others), location);
  }

  public ImmutableList<Type> operandTypes() {
    return operands.stream().map(Value::type).collect(ImmutableList.toImmutableList());
  }
}
