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

/**
 * The same number everywhere.
 *
 * @param value the number
 * @param result type of the tile
 */
@OpInfo(name = "fill", summary = "a tile of one number")
public record Fill(double value, TileType result) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of(result);
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    return List.of(TileValue.Data.generate(result, i -> value));
  }
}
