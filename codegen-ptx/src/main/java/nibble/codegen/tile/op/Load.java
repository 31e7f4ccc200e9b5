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
 * A load from global memory. Operands: buffer, offsets in elements, and perhaps a mask; where that is false, nothing is
 * read and the element is 0.
 *
 * @param contiguous along the last axis, aligned groups of so many elements have consecutive offsets, the first a
 *     multiple of the group, and one mask: they may be one access
 */
@OpInfo(name = "load", summary = "a tile from global memory")
public record Load(int contiguous) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    BufferType buffer = operand(operands, 0, BufferType.class);
    TileType offsets = operand(operands, 1, TileType.class);
    expect(operands.size() <= 3, "takes a buffer, offsets and a mask");
    GlobalAccess.check(this, offsets, operands.size() > 2 ? operand(operands, 2, TileType.class) : null);
    return ImmutableList.of(offsets.withFormat(buffer.format()));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    GlobalAccess access = GlobalAccess.of(operands, 1, 2, contiguous);
    return List.of(TileValue.Data.generate((TileType) operation.result().type(), access::read));
  }
}
