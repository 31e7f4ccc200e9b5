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
import nibble.ir.format.Rounding;

/**
 * Some columns of a tile of f32, such as accumulators, rounded and packed as the left operand of a product. No element
 * moves to another thread: those of the operand lie where the tile has them.
 *
 * @param start first column, a multiple of the columns of the operand
 * @param result type of the operand
 */
@OpInfo(
    name = "mma_operand", summary = "columns of a tile as the left operand of a product",
    rounding = "one rounding to the operand's format, to nearest even")
public record MmaOperand(int start, TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType whole = operand(operands, 0, TileType.class);
    expect(whole.rank() == 2 && result.rank() == 2, "takes and gives tiles of rank 2");
    int columns = result.extents().get(1);
    boolean inside = start % columns == 0 && start + columns <= whole.extents().get(1);
    expect(inside && whole.extents().get(0).equals(result.extents().get(0)), "lies inside the tile");
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data whole = operands.getFirst().data();
    int from = whole.type().extents().get(1);
    int columns = result.extents().get(1);
    return List.of(TileValue.Data.generate(result, i -> result.format().decode(result.format().encode(
        whole.elements()[i / columns * from + start + i % columns], Rounding.NEAREST_EVEN))));
  }
}
