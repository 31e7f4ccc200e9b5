package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * A reduction along one axis, which stays with extent 1; every thread that held part of a fibre gets its result.
 *
 * @param axis the axis
 * @param function an associative function: add, min or max
 */
@OpInfo(name = "tile_reduce", summary = "a reduction along one axis", rounding = "a tree of f32 operations")
public record Reduce(int axis, Scalar function) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(axis >= 0 && axis < x.rank(), "has no axis " + axis);
    expect(function == Scalar.ADD || function == Scalar.MIN || function == Scalar.MAX, "can't use " + function);
    return ImmutableList.of(x.withLayout(Projection.project(x.layout(), axis)));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data x = operands.getFirst().data();
    TileType type = (TileType) operation.result().type();
    int inner = x.type().extents().subList(axis + 1, x.type().rank()).stream().reduce(1, (a, b) -> a * b);
    int extent = x.type().extents().get(axis);
    return List.of(TileValue.Data.generate(type, i -> {
      int base = i / inner * inner * extent + i % inner;
      double result = x.elements()[base];
      for (int k = 1; k < extent; k++) {
        result = function.apply(result, x.elements()[base + k * inner], 0);
      }
      return result;
    }));
  }
}
