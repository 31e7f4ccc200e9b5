package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.Block;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.Value;
import nibble.ir.format.Formats;

/**
 * Runs its region where a scalar condition holds, the same for all threads of the block. Operands: the condition, and
 * carried values; the region takes these and yields what they become. Where the condition does not hold, they stay as
 * they are.
 */
@OpInfo(name = "guard", summary = "runs its region where a condition holds")
public record Guard() implements TileOp {
  @Override
  public int regionCount() {
    return 1;
  }

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType condition = operand(operands, 0, TileType.class);
    expect(condition.isScalar() && condition.format().equals(Formats.BOOL), "takes a scalar condition");
    for (int i = 1; i < operands.size(); i++) {
      operand(operands, i, TileType.class);
    }
    return ImmutableList.copyOf(operands.subList(1, operands.size()));
  }

  @Override
  public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    ImmutableList<Type> carried = infer(operands);
    Block region = regions.getFirst();
    expect(types(region.arguments()).equals(carried), "has a region that takes " + carried);
    expect(types(region.results()).equals(carried), "has a region that yields " + carried);
    return carried;
  }

  private static List<Type> types(List<Value> values) {
    return values.stream().map(Value::type).toList();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    List<TileValue> carried = operands.subList(1, operands.size());
    return operands.getFirst().data().scalar() != 0
        ? machine.run(operation.regions().getFirst(), carried)
        : carried;
  }
}
