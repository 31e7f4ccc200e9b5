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
 * Runs its region in those warps where a condition holds for some row. Operands: the condition, truth values of a
 * column of rows, and a carried tile of as many rows; the region takes this and yields what it becomes. Each warp has
 * so many rows, one after the other; in others the tile stays as it is. Warps in the region do not wait for others:
 * there is no barrier in it.
 *
 * @param rows rows of a warp
 */
@OpInfo(name = "warp_guard", summary = "runs its region in warps where a condition holds for some row")
public record WarpGuard(int rows) implements TileOp {
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
    TileType carried = operand(operands, 1, TileType.class);
    expect(operands.size() == 2, "takes a condition and a tile");
    expect(
        condition.format().equals(Formats.BOOL) && condition.extents().size() == 2 && condition.extents().getLast() == 1
            && condition.extents().getFirst().equals(carried.extents().getFirst())
            && condition.extents().getFirst() % rows == 0,
        "takes truth values of a column of the tile's rows, which are whole warps of " + rows);
    return ImmutableList.of(carried);
  }

  @Override
  public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    ImmutableList<Type> carried = infer(operands);
    Block region = regions.getFirst();
    expect(
        types(region.arguments()).equals(carried) && types(region.results()).equals(carried),
        "has a region that takes and yields " + carried);
    return carried;
  }

  private static List<Type> types(List<Value> values) {
    return values.stream().map(Value::type).toList();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data condition = operands.get(0).data();
    TileValue.Data before = operands.get(1).data();
    int width = before.elements().length / condition.elements().length;
    boolean[] taken = new boolean[condition.elements().length / rows];
    boolean any = false;
    for (int row = 0; row < condition.elements().length; row++) {
      taken[row / rows] |= condition.elements()[row] != 0;
      any |= taken[row / rows];
    }
    if (!any) {
      return List.of(before);
    }
    TileValue.Data after = machine.run(operation.regions().getFirst(), List.of(before)).getFirst().data();
    return List.of(TileValue.Data.generate(
        before.type(), i -> taken[i / width / rows] ? after.elements()[i] : before.elements()[i]));
  }
}
