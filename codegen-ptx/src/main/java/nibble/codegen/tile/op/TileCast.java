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
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;

/**
 * A change of format; integers saturate.
 *
 * @param to the new format
 * @param rounding how it rounds
 */
@OpInfo(name = "tile_cast", summary = "the same numbers in another format", rounding = "one rounding to the new format")
public record TileCast(NumberFormat to, FixedRounding rounding) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    return ImmutableList.of(operand(operands, 0, TileType.class).withFormat(to));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data x = operands.getFirst().data();
    return List.of(TileValue.Data.generate(
        x.type().withFormat(to), i -> to.decode(to.encode(x.at(i), rounding))));
  }
}
