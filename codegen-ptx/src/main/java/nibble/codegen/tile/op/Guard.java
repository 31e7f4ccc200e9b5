package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/** Runs its region where a scalar condition holds. It has no results. */
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
    expect(operands.size() == 1 && operand(operands, 0, TileType.class).isScalar(), "takes a scalar condition");
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return operands.getFirst().data().scalar() != 0
        ? machine.run(operation.regions().getFirst(), List.of())
        : List.of();
  }
}
