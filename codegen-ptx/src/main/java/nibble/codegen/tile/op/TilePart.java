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
 * Some rows of a matrix, or some columns of them. Nothing moves: every thread keeps those of its elements that lie in
 * the part.
 *
 * @param start first row, a multiple of the rows of the part
 * @param column first column, a multiple of the columns of the part
 * @param result type of the part
 */
@OpInfo(name = "tile_part", summary = "some rows and columns of a tile")
public record TilePart(int start, int column, TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType whole = operand(operands, 0, TileType.class);
    expect(whole.format().equals(result.format()) && whole.rank() == 2 && result.rank() == 2, "changes extents alone");
    expect(isInside(start, 0, whole) && isInside(column, 1, whole), "lies inside the tile");
    return ImmutableList.of(result);
  }

  private boolean isInside(int first, int axis, TileType whole) {
    int extent = result.extents().get(axis);
    return first % extent == 0 && first + extent <= whole.extents().get(axis);
  }

  /** Whether an element of the whole is in the part. */
  public boolean has(int atRow, int atColumn) {
    return atRow >= start && atRow < start + result.extents().get(0)
        && atColumn >= column && atColumn < column + result.extents().get(1);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data whole = operands.getFirst().data();
    int width = whole.type().extents().get(1);
    int columns = result.extents().get(1);
    return List.of(TileValue.Data.generate(
        result, i -> whole.elements()[(start + i / columns) * width + column + i % columns]));
  }
}
