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
import nibble.ir.format.Formats;

/**
 * Each block of consecutive elements along an axis times the matrix of {@code (-1)^(ones of i and j)}: sums and
 * differences of pairs, once for each bit of the index (the fast Walsh-Hadamard transform). Nothing is scaled.
 *
 * @param axis the axis
 * @param size elements of a block, a power of two that is no larger than the tile
 */
@OpInfo(
    name = "tile_hadamard", summary = "blocks along an axis times a matrix of signs",
    rounding = "one f32 addition for each bit of the index")
public record TileHadamard(int axis, int size) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(axis >= 0 && axis < x.rank(), "has no axis " + axis);
    expect(x.format().equals(Formats.F32), "takes elements of f32, not of " + x.format().name());
    expect(
        Integer.bitCount(size) == 1 && size <= x.extents().get(axis), "takes blocks of a tile's elements, not " + size);
    return ImmutableList.of(x);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileType type = (TileType) operation.result().type();
    double[] x = operands.getFirst().data().elements().clone();
    int stride = type.extents().subList(axis + 1, type.rank()).stream().reduce(1, (a, b) -> a * b);
    for (int half = stride; half < size * stride; half *= 2) {
      for (int i = 0; i < x.length; i++) {
        // Of the index along the axis, that bit.
        if (i / half % 2 == 0) {
          double sum = x[i] + x[i + half];
          x[i + half] = x[i] - x[i + half];
          x[i] = sum;
        }
      }
    }
    return List.of(TileValue.Data.generate(type, i -> x[i]));
  }
}
