package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * The part of a buffer from some row on. Operands: buffer, scalar number of rows. Numbers have 32 bits; their product with
 * the elements of a row, and addresses, have 64.
 *
 * @param each elements of a row, whole bytes
 */
@OpInfo(name = "advance_far", summary = "the part of a buffer from some row on")
public record AdvanceFar(long each) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 2 && operand(operands, 1, TileType.class).isScalar(), "takes a buffer and a scalar");
    return ImmutableList.of(operand(operands, 0, BufferType.class));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(operands.getFirst().buffer().advance(
        Math.toIntExact(each * operands.get(1).data().scalar())));
  }
}
