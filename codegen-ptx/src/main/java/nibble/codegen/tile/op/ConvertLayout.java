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
 * The same tile spread over the threads in another way: a register permutation, shuffles, or a way through shared
 * memory, whichever the two layouts ask for.
 *
 * @param result the type with the new layout
 */
@OpInfo(name = "convert_layout", summary = "the same tile in another layout")
public record ConvertLayout(TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(x.format().equals(result.format()) && x.extents().equals(result.extents()), "changes the layout alone");
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(new TileValue.Data(result, operands.getFirst().data().elements()));
  }
}
