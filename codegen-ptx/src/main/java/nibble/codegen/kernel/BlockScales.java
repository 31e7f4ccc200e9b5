package nibble.codegen.kernel;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.codegen.kernel.Grid2.Index;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.Mma;
import nibble.ir.Value;

/**
 * The scales that instructions apply, if they do.
 *
 * @param left those of the left operand; none where instructions apply no scales
 * @param right those of the right operand
 */
record BlockScales(ProductTile tile, Optional<ScaleLoader> left, Optional<ScaleLoader> right) {
  void allocate(TileBuilder builder) {
    left.ifPresent(loader -> loader.allocate(builder));
    right.ifPresent(loader -> loader.allocate(builder));
  }

  /** Fills a stage of an iteration with those of a tile. */
  void fetch(
      TileBuilder inner, Value iteration, Value firstRow, Value firstColumn, ImmutableMap<String, Index> others,
      Value stage) {
    if (left.isPresent()) {
      Value group = inner.apply(Scalar.MUL, iteration, inner.number(tile.groups()));
      left.get().fetch(inner, firstRow, group, others, stage);
      right.orElseThrow().fetch(inner, firstColumn, group, others, stage);
    }
  }

  /** The scales of a stage of both operands, for {@link #multiply}. */
  ImmutableList<Value> fragments(TileBuilder inner, Value stage) {
    return left.isEmpty()
        ? ImmutableList.of()
        : ImmutableList.of(left.get().fragment(inner, stage), right.orElseThrow().fragment(inner, stage));
  }

  /** Adds the product of a step of the depth. */
  Value multiply(TileBuilder inner, Value sum, Value a, Value b, ImmutableList<Value> scales, int step) {
    if (scales.isEmpty()) {
      return inner.add(new Mma(), sum, a, b);
    }
    int group = tile.format().scaleGroup();
    BlockScaledMma op = new BlockScaledMma(group, step * tile.format().step() / group);
    return inner.add(op, sum, a, b, scales.get(0), scales.get(1));
  }
}
