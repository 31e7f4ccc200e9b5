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

/** Waits for the products of this warpgroup that are under way. Operand: their accumulators; the result is these, at rest. */
@OpInfo(name = "wait_warpgroup_mma", summary = "waits for products of tiles in shared memory")
public record WaitWarpgroupMma() implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 1, "takes one operand");
    return ImmutableList.of(operand(operands, 0, TileType.class));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return operands;
  }
}
