package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Loads part of a tile from shared memory, with {@code ldmatrix} where the layouts allow it. Operands: shared memory,
 * stage, and perhaps the number of a block of columns, each as wide as the result has them: the part is that block
 * then.
 *
 * @param start first index along each axis of the result, a multiple of its extent
 * @param axes for each axis of the result, the axis of the shared tile that it runs along
 * @param result type of the part
 */
@OpInfo(name = "shared_load", summary = "part of a tile from shared memory")
public record SharedLoad(ImmutableList<Integer> start, ImmutableList<Integer> axes, TileType result)
    implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    SharedType shared = operand(operands, 0, SharedType.class);
    expect(operands.size() == 2 || operands.size() == 3, "takes two operands, or three");
    expect(operand(operands, 1, TileType.class).isScalar(), "takes a scalar stage");
    expect(operand(operands, operands.size() - 1, TileType.class).isScalar(), "takes a scalar block");
    expect(result.format().equals(shared.format()), "does not change the format");
    int rank = shared.layout().layout().outputs().size();
    expect(start.size() == rank && axes.size() == rank && result.rank() == rank, "has rank " + rank);
    for (int axis = 0; axis < rank; axis++) {
      int extent = result.extents().get(axis);
      int limit = shared.layout().layout().outputSize(Dimension.tensor(axes.get(axis)));
      expect(start.get(axis) % extent == 0 && start.get(axis) + extent <= limit, "reads inside the tile");
    }
    return ImmutableList.of(result);
  }

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    SharedType type = operands.getFirst().shared().type();
    double[] stage = operands.getFirst().shared().stages()[operands.get(1).data().scalar()];
    int[] strides = new int[axes.size()];
    int stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= type.layout().layout().outputSize(Dimension.tensor(axis));
    }
    int columns = result.extents().get(axes.indexOf(axes.size() - 1));
    int block = operands.size() == 3 ? operands.get(2).data().scalar() * columns : 0;
    return List.of(TileValue.Data.generate(result, i -> stage[block + source(i, strides)]));
  }

  private int source(int index, int[] strides) {
    int source = 0;
    int rest = index;
    for (int axis = axes.size() - 1; axis >= 0; axis--) {
      int extent = result.extents().get(axis);
      source += (start.get(axis) + rest % extent) * strides[axes.get(axis)];
      rest /= extent;
    }
    return source;
  }
}
