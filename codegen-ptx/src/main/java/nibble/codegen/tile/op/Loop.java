package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
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
 * A loop with carried values. Operands: end of the counter, carried values. The region takes the counter and the
 * carried values and yields the next ones.
 *
 * @param step how far the counter goes each time, from 0 on
 */
@OpInfo(name = "loop", summary = "a counted loop with carried values")
public record Loop(int step) implements TileOp {
  @Override
  public int regionCount() {
    return 1;
  }

  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operand(operands, 0, TileType.class).isScalar(), "takes a scalar end");
    return ImmutableList.copyOf(operands.subList(1, operands.size()));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    List<TileValue> carried = operands.subList(1, operands.size());
    for (int i = 0; i < operands.getFirst().data().scalar(); i += step) {
      int counter = i;
      List<TileValue> arguments = new ArrayList<>();
      arguments.add(TileValue.Data.generate(TileType.scalar(Formats.I32), x -> counter));
      arguments.addAll(carried);
      carried = machine.run(operation.regions().getFirst(), arguments);
    }
    return carried;
  }
}
