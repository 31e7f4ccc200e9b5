package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.List;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Repetition along axes of extent 1. Every thread must hold already what it shall repeat: the operand's layout is the
 * result's with these axes projected away.
 *
 * @param result type of the repeated tile
 */
@OpInfo(name = "expand", summary = "repetition along axes of extent 1")
public record Expand(TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType from = operand(operands, 0, TileType.class);
    expect(from.format().equals(result.format()), "does not change the format");
    expect(from.rank() == result.rank(), "does not change the rank");
    for (int axis = 0; axis < from.rank(); axis++) {
      int extent = from.extents().get(axis);
      expect(extent == 1 || extent == result.extents().get(axis), "repeats along axes of extent 1 only");
    }
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data from = operands.getFirst().data();
    int[] extents = Ints.toArray(result.extents());
    int[] sources = Ints.toArray(from.type().extents());
    return List.of(TileValue.Data.generate(result, i -> from.elements()[source(i, extents, sources)]));
  }

  private static int source(int index, int[] extents, int[] sources) {
    int source = 0;
    int stride = 1;
    int rest = index;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      source += (sources[axis] == 1 ? 0 : rest % extents[axis]) * stride;
      stride *= sources[axis];
      rest /= extents[axis];
    }
    return source;
  }
}
