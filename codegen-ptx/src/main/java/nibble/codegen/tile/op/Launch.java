package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.shape.Dim;

/**
 * How a tile program is launched: stands first in its body.
 *
 * @param grid number of blocks along x, y, z
 * @param warps number of warps of a block
 */
@OpInfo(name = "launch", summary = "how many blocks and warps run the program")
public record Launch(ImmutableList<Dim> grid, int warps) implements TileOp {
  public Launch {
    if (grid.size() != 3 || warps < 1 || warps > 32) {
      throw new IllegalArgumentException("a launch has three grid extents and 1 to 32 warps");
    }
  }

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of();
  }
}
