package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Waits for products of this warpgroup that are under way. Operand: their accumulators; the result is these, at rest.
 *
 * @param pending how many that were started last are not waited for; none where it is left out
 */
@OpInfo(name = "wait_warpgroup_mma", summary = "waits for products of tiles in shared memory")
public record WaitWarpgroupMma(Optional<Integer> pending) implements TileOp {
  /** Waits for all. */
  public WaitWarpgroupMma() {
    this(Optional.empty());
  }

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
