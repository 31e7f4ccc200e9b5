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
 * The same elements in row-major order under other extents; nothing moves.
 *
 * @param extents the new extents, powers of two
 */
@OpInfo(name = "tile_reshape", summary = "the same elements in row-major order under other extents")
public record TileReshape(ImmutableList<Integer> extents) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    int size = extents.stream().reduce(1, (a, b) -> a * b);
    expect(size == x.size(), "keeps the number of elements");
    int[] shape = extents.stream().mapToInt(Integer::intValue).toArray();
    return ImmutableList.of(x.withLayout(x.layout().reshape(shape)));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(new TileValue.Data(
        (TileType) operation.result().type(), operands.getFirst().data().elements()));
  }
}
