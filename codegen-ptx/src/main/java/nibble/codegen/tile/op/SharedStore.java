package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/** Stores a tile to shared memory. Operands: the tile, shared memory, stage. */
@OpInfo(name = "shared_store", summary = "a tile to shared memory")
public record SharedStore() implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType value = operand(operands, 0, TileType.class);
    SharedType shared = operand(operands, 1, SharedType.class);
    expect(operand(operands, 2, TileType.class).isScalar(), "takes a scalar stage");
    expect(value.format().equals(shared.format()), "does not change the format");
    expect(value.layout().outputs().equals(shared.layout().layout().outputs()), "stores whole tiles");
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    double[] stage = operands.get(1).shared().stages()[operands.get(2).data().scalar()];
    System.arraycopy(operands.getFirst().data().elements(), 0, stage, 0, stage.length);
    return List.of();
  }
}
