package nibble.codegen.kernel.operand;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.Mma;
import nibble.ir.Value;

/**
 * The scales of a product that change along the depth and come by way of shared memory: those that instructions apply,
 * or others, of which a word belongs to each row or column.
 *
 * @param left those of the left operand, if they come so
 * @param right those of the right operand
 */
public record BlockScales(ProductTile tile, Optional<ScaleLoader> left, Optional<ScaleLoader> right) {
  /** Declares shared memory for those that pass through it. */
  public void allocate(TileBuilder builder) {
    left.ifPresent(loader -> loader.allocate(builder));
    right.ifPresent(loader -> loader.allocate(builder));
  }

  /** Starts to bring the scales of an iteration, whose tiles go to a stage. */
  public void fetch(
      TileBuilder inner, Value iteration, Value firstRow, Value firstColumn, ImmutableMap<String, Index> others,
      Value stage) {
    left.ifPresent(loader -> loader.fetch(inner, firstRow, iteration, others, stage));
    right.ifPresent(loader -> loader.fetch(inner, firstColumn, iteration, others, stage));
  }

  /** The scales of an iteration that sums are multiplied by, if they come so. */
  public Optional<Value> words(boolean isLeft, TileBuilder inner, Value iteration, Value stage) {
    return (isLeft ? left : right).map(loader -> loader.fragment(inner, iteration, stage));
  }

  /** The scales of an iteration that instructions apply, for {@link #multiply}; none where they apply none. */
  public ImmutableList<Value> fragments(TileBuilder inner, Value iteration, Value stage) {
    return tile.format().appliesScales()
        ? ImmutableList.of(
            left.orElseThrow().fragment(inner, iteration, stage), right.orElseThrow().fragment(inner, iteration, stage))
        : ImmutableList.of();
  }

  /** Adds the product of a step of the depth. */
  public Value multiply(TileBuilder inner, Value sum, Value a, Value b, ImmutableList<Value> scales, int step) {
    return multiply(tile.format(), inner, sum, a, b, scales, step);
  }

  /** The same of a format, given the scales of both operands where instructions apply some. */
  public static Value multiply(
      ProductFormat format, TileBuilder inner, Value sum, Value a, Value b, ImmutableList<Value> scales, int step) {
    if (scales.isEmpty()) {
      return inner.add(new Mma(), sum, a, b);
    }
    int group = format.scaleGroup();
    BlockScaledMma op = new BlockScaledMma(group, step * format.step() / group);
    return inner.add(op, sum, a, b, scales.get(0), scales.get(1));
  }
}
