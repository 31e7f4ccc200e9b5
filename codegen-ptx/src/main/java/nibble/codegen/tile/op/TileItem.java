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

/** The only element of a tile of extents 1, of which every thread holds a copy, as a scalar. Nothing moves. */
@OpInfo(name = "tile_item", summary = "the only element of a tile as a scalar")
public record TileItem() implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(x.size() == 1, "takes a tile of one element, not " + x.extents());
    return ImmutableList.of(TileType.scalar(x.format()));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    double item = operands.getFirst().data().elements()[0];
    return List.of(TileValue.Data.generate((TileType) operation.result().type(), i -> item));
  }
}
