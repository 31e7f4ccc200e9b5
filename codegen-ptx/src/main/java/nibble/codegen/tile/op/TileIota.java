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
 * Each element's own index along an axis.
 *
 * @param axis the axis
 * @param result a type of i32
 */
@OpInfo(name = "tile_iota", summary = "each element's index along an axis")
public record TileIota(int axis, TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(result.format().equals(Formats.I32), "gives i32, not " + result.format().name());
    expect(axis >= 0 && axis < result.rank(), "has no axis " + axis);
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    int inner = result.extents().subList(axis + 1, result.rank()).stream().reduce(1, (a, b) -> a * b);
    int extent = result.extents().get(axis);
    return List.of(TileValue.Data.generate(result, i -> i / inner % extent));
  }
}
