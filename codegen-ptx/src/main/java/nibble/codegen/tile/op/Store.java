package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.GlobalAccess;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * A store to global memory. Operands: buffer, offsets in elements, values, and perhaps a mask.
 *
 * @param contiguous as for {@link Load}
 */
@OpInfo(name = "store", summary = "a tile to global memory")
public record Store(int contiguous) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    BufferType buffer = operand(operands, 0, BufferType.class);
    TileType offsets = operand(operands, 1, TileType.class);
    TileType value = operand(operands, 2, TileType.class);
    GlobalAccess.check(this, offsets, operands.size() > 3 ? operand(operands, 3, TileType.class) : null);
    expect(value.equals(offsets.withFormat(buffer.format())), "takes values " + offsets.withFormat(buffer.format())
        + ", not " + value);
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    GlobalAccess access = GlobalAccess.of(operands, 1, 3, contiguous);
    double[] values = operands.get(2).data().elements();
    for (int i = 0; i < values.length; i++) {
      access.write(i, values[i]);
    }
    return List.of();
  }
}
