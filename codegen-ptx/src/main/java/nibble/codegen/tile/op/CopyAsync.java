package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.codegen.tile.BufferType;
import nibble.codegen.tile.GlobalAccess;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Starts copying a tile from global to shared memory ({@code cp.async}, PTX ISA 9.7.9.25.3). Operands: buffer, offsets
 * in elements, shared memory, stage, and perhaps a mask; where that is false, zeros are written and nothing is read.
 *
 * @param contiguous as for {@link Load}; 4, 8 or 16 bytes
 */
@OpInfo(name = "copy_async", summary = "starts a copy of a tile from global to shared memory")
public record CopyAsync(int contiguous) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    BufferType buffer = operand(operands, 0, BufferType.class);
    TileType offsets = operand(operands, 1, TileType.class);
    SharedType shared = operand(operands, 2, SharedType.class);
    expect(operand(operands, 3, TileType.class).isScalar(), "takes a scalar stage");
    GlobalAccess.check(this, offsets, operands.size() > 4 ? operand(operands, 4, TileType.class) : null);
    expect(buffer.format().equals(shared.format()), "does not change the format");
    expect(offsets.layout().outputs().equals(shared.layout().layout().outputs()), "copies whole tiles");
    int bytes = contiguous * shared.format().storageBits() / Byte.SIZE;
    expect(bytes == 4 || bytes == 8 || bytes == 16, "copies 4, 8 or 16 bytes at once, not " + bytes);
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    GlobalAccess access = GlobalAccess.of(operands, 1, 4, contiguous);
    double[] stage = operands.get(2).shared().stages()[operands.get(3).data().scalar()];
    for (int i = 0; i < stage.length; i++) {
      stage[i] = access.read(i);
    }
    return List.of();
  }
}
