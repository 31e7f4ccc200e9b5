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
 * Scales of groups of 16 columns of accumulators, {@code m x groups x 1} of f32, as the scales of a left operand of a
 * product ({@link BlockScaledMma}). Each pair of lanes has those of every second group, of both of its rows; the
 * product wants all of one row.
 *
 * @param result type of the scales, of ue4m3
 */
@OpInfo(
    name = "scale_operand", summary = "scales of groups of columns as those of a left operand",
    rounding = "one rounding to ue4m3, to nearest even; what is too large becomes the largest")
public record ScaleOperand(TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(result.format().equals(Formats.UE4M3) && x.format().equals(Formats.F32), "makes ue4m3 of f32");
    expect(x.rank() == 3 && x.extents().get(2) == 1 && result.rank() == 2
        && x.extents().subList(0, 2).equals(result.extents()), "keeps rows and groups");
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    double[] x = operands.getFirst().data().elements();
    return List.of(TileValue.Data.generate(result, i -> Formats.UE4M3.round(Math.min(x[i], Formats.UE4M3.max()))));
  }
}
