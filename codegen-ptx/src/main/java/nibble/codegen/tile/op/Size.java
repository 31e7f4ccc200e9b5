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
import nibble.ir.shape.Dim;

/**
 * An extent as a number: an immediate where it is constant, arithmetic on the kernel's size arguments where it is not.
 *
 * @param extent the extent
 */
@OpInfo(name = "size", summary = "an extent as a number")
public record Size(Dim extent) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of(TileType.scalar(Formats.I32));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    long value = extent.evaluate(machine.sizes());
    return List.of(TileValue.Data.generate(TileType.scalar(Formats.I32), i -> value));
  }
}
