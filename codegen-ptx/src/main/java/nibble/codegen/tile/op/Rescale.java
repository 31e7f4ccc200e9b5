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
 * Multiplies sums by factors that are 1 most of the time: a warp skips rows all of whose factors are. Operands: sums,
 * and factors of the same type.
 */
@OpInfo(name = "rescale", summary = "multiplies sums by factors that are 1 most of the time", rounding = "one of f32")
public record Rescale() implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    expect(operands.size() == 2, "takes sums and factors");
    TileType sums = operand(operands, 0, TileType.class);
    expect(sums.equals(operands.get(1)) && sums.format().equals(Formats.F32), "takes sums and factors of f32 alike");
    return ImmutableList.of(sums);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data sums = operands.get(0).data();
    double[] factors = operands.get(1).data().elements();
    return List.of(TileValue.Data.generate(sums.type(), i -> sums.elements()[i] * factors[i]));
  }
}
