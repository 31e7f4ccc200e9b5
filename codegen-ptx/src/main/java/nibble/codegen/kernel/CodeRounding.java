package nibble.codegen.kernel;

import java.util.List;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.Grid2.Extent;
import nibble.codegen.tile.op.StochasticCast;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;

/**
 * Rounds quotients to codes.
 *
 * @param emitter where
 */
record CodeRounding(ElementEmitter emitter) {
  /** Words of a block of random bits. */
  private static final int WORDS = 4;

  /**
   * The codes of quotients within their range.
   *
   * @param type of the tensor of codes
   * @param level 0 for codes, 1 for those of a residual
   * @param at coordinates of the elements in it
   */
  Value round(Value quotients, TensorType type, RoundingMode rounding, int level, List<IndexExpr> at) {
    NumberFormat format = type.format();
    boolean isWideFloat = format.isFloat() && !ComputeFormat.isCode(format);
    if (isWideFloat && rounding != FixedRounding.NEAREST_EVEN && rounding != FixedRounding.TOWARD_ZERO) {
      throw new UnsupportedAccess("no kernel rounds codes of " + format.name() + " by " + rounding.text()
          + " yet; they round them by nearest_even or toward_zero");
    }
    if (ComputeFormat.isLookedUp(format) && !(rounding instanceof FixedRounding)) {
      throw new UnsupportedAccess("no kernel rounds codes of " + format.name() + " by " + rounding.text()
          + " yet; they look them up");
    }
    return switch (rounding) {
      case FixedRounding fixed -> emitter.builder().cast(quotients, format, fixed);
      case StochasticRounding drawn -> drawn(quotients, type, drawn, level, at);
    };
  }

  private Value drawn(Value quotients, TensorType type, StochasticRounding rounding, int level, List<IndexExpr> at) {
    Grid2 grid = emitter.grid();
    IndexExpr index = Views.linear(type.shape(), at);
    Extent extent = grid.extent(quotients).or(grid.extentOf(index));
    Value numbers = grid.spread(emitter.builder(), quotients, extent);
    Value indices = grid.spread(emitter.builder(), grid.emit(emitter.builder(), index), extent);
    int neighbours = extent.alongColumns() ? emitter.memory().vector(type.shape(), at, grid.columns(), WORDS) : 1;
    int columns = extent.alongColumns() ? TileBuilder.type(indices).extents().get(1) : 1;
    return emitter.builder().add(
        new StochasticCast(type.format(), rounding, level, Math.min(neighbours, columns)), numbers, indices);
  }
}
