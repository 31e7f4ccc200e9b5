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

/**
 * Some rows of a tile. Nothing moves: every thread keeps those of its elements that lie in the part.
 *
 * @param start first row, a multiple of the rows of the part
 * @param result type of the part
 */
@OpInfo(name = "tile_part", summary = "some rows of a tile")
public record TilePart(int start, TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType whole = operand(operands, 0, TileType.class);
    expect(whole.format().equals(result.format()) && whole.rank() == result.rank(), "changes the rows alone");
    int rows = result.extents().getFirst();
    boolean others = whole.extents().subList(1, whole.rank()).equals(result.extents().subList(1, result.rank()));
    expect(others && start % rows == 0 && start + rows <= whole.extents().getFirst(), "lies inside the tile");
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    double[] whole = operands.getFirst().data().elements();
    int offset = start * (result.size() / result.extents().getFirst());
    return List.of(TileValue.Data.generate(result, i -> whole[offset + i]));
  }
}
