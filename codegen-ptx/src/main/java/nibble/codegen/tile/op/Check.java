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
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;

/**
 * Stops the kernel with a trap where an element of its operand is false.
 *
 * @param message what is wrong then
 */
@OpInfo(name = "check", summary = "stops the kernel where a condition does not hold")
public record Check(String message) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 1 && operand(operands, 0, TileType.class).format().equals(Formats.BOOL),
        "takes truth values");
    return ImmutableList.of();
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    for (double element : operands.getFirst().data().elements()) {
      if (element == 0) {
        throw new InputException(message);
      }
    }
    return List.of();
  }
}
