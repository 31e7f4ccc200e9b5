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
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;

/**
 * A change of format in which each element is rounded by random bits of its own. Operands: numbers, and for each its
 * index in the tensor that is rounded, of which the bits are a function.
 *
 * @param to the new format
 * @param rounding the seed and the stream
 * @param level 0 for codes, 1 for those of a residual
 * @param contiguous along the last axis, aligned groups of so many indices are consecutive, the first a multiple of the
 *     group
 */
@OpInfo(
    name = "stochastic_cast",
    summary = "numbers rounded to another format by random bits",
    rounding = "one stochastic rounding to the new format")
public record StochasticCast(NumberFormat to, RoundingMode rounding, int level, int contiguous) implements TileOp {
  @Override
  public ImmutableList<Type> infer(List<Type> operands) {
    TileType numbers = operand(operands, 0, TileType.class);
    TileType indices = operand(operands, 1, TileType.class);
    expect(rounding instanceof StochasticRounding, "draws bits, which " + rounding.text() + " does not");
    expect(numbers.format().equals(Formats.F32), "takes f32 numbers, not " + numbers.format().name());
    expect(indices.equals(numbers.withFormat(Formats.I32)), "takes an index for each number, not " + indices);
    return ImmutableList.of(numbers.withFormat(to));
  }

  /** The seed and the stream. */
  public StochasticRounding draw() {
    return (StochasticRounding) rounding;
  }

  @Override
  public List<TileValue> run(List<TileValue> operands, TileMachine machine, Operation operation) {
    TileValue.Data x = operands.get(0).data();
    TileValue.Data indices = operands.get(1).data();
    for (int i = 0; i < x.elements().length; i++) {
      int first = i - i % contiguous;
      double start = indices.at(first);
      if (indices.at(i) != start + i - first || start % contiguous != 0) {
        throw new IllegalStateException("a group of " + contiguous + " indices is not contiguous and aligned");
      }
    }
    return List.of(TileValue.Data.generate(x.type().withFormat(to), i -> to.decode(
        to.encode(x.at(i), rounding.at(to, (long) indices.at(i), level)))));
  }
}
