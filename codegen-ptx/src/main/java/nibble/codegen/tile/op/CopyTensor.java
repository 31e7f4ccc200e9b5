package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.MapType;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.format.Formats;

/**
 * Starts copying a tile of a tensor to shared memory ({@code cp.async.bulk.tensor}, PTX ISA 9.7.9.27), by as many boxes
 * of the map as the tile is wide. Operands: map, shared memory, stage, and the coordinates of the tile's first element,
 * the innermost first. Columns of the tile run along the innermost dimension, rows along the next. Outside of the
 * tensor, zeros are written.
 */
@OpInfo(name = "copy_tensor", summary = "starts a copy of a tile of a tensor to shared memory")
public record CopyTensor() implements TileOp {
  private static final int COORDINATES = 3;

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    MapType map = operand(operands, 0, MapType.class);
    SharedType shared = operand(operands, 1, SharedType.class);
    expect(operand(operands, 2, TileType.class).isScalar(), "takes a scalar stage");
    expect(operands.size() == COORDINATES + map.rank(), "takes " + map.rank() + " coordinates");
    for (int i = COORDINATES; i < operands.size(); i++) {
      expect(operand(operands, i, TileType.class).equals(TileType.scalar(Formats.I32)), "takes i32 coordinates");
    }
    expect(map.format().equals(shared.format()), "does not change the format");
    expect(shared.layout().layout().outputs().size() == 2 && map.rank() >= 2, "copies tiles of rank 2");
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Map map = (TileValue.Map) operands.getFirst();
    TileValue.Shared shared = operands.get(1).shared();
    double[] stage = shared.stages()[operands.get(2).data().scalar()];
    int columns = shared.type().layout().layout().outputs().get(1).size();
    long[] at = operands.stream().skip(COORDINATES).mapToLong(coordinate -> coordinate.data().scalar()).toArray();
    for (int i = 0; i < stage.length; i++) {
      long[] element = at.clone();
      element[0] += i % columns;
      element[1] += i / columns;
      stage[i] = map.read(element);
    }
    return List.of();
  }
}
