package nibble.codegen.tile.op;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import nibble.codegen.layout.Dimension;
import nibble.codegen.tile.SharedType;
import nibble.codegen.tile.TileMachine;
import nibble.codegen.tile.TileOp;
import nibble.codegen.tile.TileValue;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;

/**
 * Shared memory, not initialised.
 *
 * @param result what it holds
 */
@OpInfo(name = "shared_alloc", summary = "shared memory for tiles")
public record SharedAlloc(SharedType result) implements TileOp {
  @Override
  public boolean isPure() {
    return false;
  }

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    double[][] stages = new double[result.stages()][result.layout().layout().inputSize(Dimension.OFFSET)];
    for (double[] stage : stages) {
      Arrays.fill(stage, Double.NaN);
    }
    return List.of(new TileValue.Shared(result, stages));
  }
}
