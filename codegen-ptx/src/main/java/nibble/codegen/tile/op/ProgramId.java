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
import nibble.ir.format.Formats;

/**
 * The index of the block in the grid.
 *
 * @param axis 0 for x, 1 for y, 2 for z
 */
@OpInfo(name = "program_id", summary = "index of the block along an axis of the grid")
public record ProgramId(int axis) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of(TileType.scalar(Formats.I32));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(TileValue.Data.generate(TileType.scalar(Formats.I32), i -> machine.programId(axis)));
  }
}
