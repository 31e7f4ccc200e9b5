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
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * The numbers whose codes in another format are those of the elements. Registers stay as they are.
 *
 * @param to the other format, i32 or f32
 */
@OpInfo(name = "tile_bits", summary = "the same bits as numbers of another format")
public record TileBits(NumberFormat to) implements TileOp {
  private static final List<NumberFormat> FORMATS = List.of(Formats.I32, Formats.F32);

  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType x = operand(operands, 0, TileType.class);
    expect(FORMATS.contains(to) && FORMATS.contains(x.format()), "takes and gives i32 or f32");
    return ImmutableList.of(x.withFormat(to));
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data x = operands.getFirst().data();
    return List.of(TileValue.Data.generate(
        x.type().withFormat(to), i -> to.decode(x.type().format().encode(x.at(i), Rounding.NEAREST_EVEN))));
  }
}
