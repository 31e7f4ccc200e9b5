package nibble.codegen.kernel.product;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Memory;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductTile;
import nibble.codegen.layout.BlockedLayout;
import nibble.codegen.layout.Dimension;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.Guard;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileItem;
import nibble.ir.Value;

/**
 * The second level of codes of a product's left operand ("Accurate INT8 Training Through Dynamic Block-Level
 * Fallback"): an extra tile of a stage, which is copied and multiplied where its part of the operand has a residual,
 * and nowhere else. All threads of a block agree on that, for each of them looks at the residual scales of all rows of
 * the tile: 0 says that a box has none.
 *
 * @param memory the residual codes and their scales
 * @param loader of the residual codes
 * @param tile tiles of the product
 */
record ResidualLevel(Memory memory, OperandLoader loader, ProductTile tile) {
  private static final int LANES = 32;

  /** The layout of one value for each row, of which every warp has a copy of all. */
  LinearLayout rows() {
    return BlockedLayout.of(new int[] {1, 1}, new int[] {LANES, 1}, new int[] {1, 1}, 1, 0)
        .toLayout(tile.m(), 1)
        .times(LinearLayout.broadcast(Dimension.WARP, tile.warps()));
  }

  /**
   * Whether some row of the tile has a residual.
   *
   * @param emitter on a grid of the rows, with the depth bound
   * @param product whose left operand it is
   */
  private Value isFlagged(ElementEmitter emitter, Product product) {
    TileBuilder builder = emitter.builder();
    Value scales = builder.apply(Scalar.ABS, emitter.scaleOf(memory, product.left()));
    boolean onePerTile = TileBuilder.type(scales).size() == 1;
    Value largest = onePerTile ? scales : builder.add(new Reduce(0, Scalar.MAX), scales);
    return builder.apply(Scalar.NE, builder.add(new TileItem(), largest), builder.real(0));
  }

  /** Does what fetches the tile, where it has a residual. */
  void fetch(ElementEmitter rows, Product product, Consumer<TileBuilder> fetch) {
    Value flag = isFlagged(rows, product);
    rows.builder().effect(new Guard(), List.of(flag), rows.builder().nested(inner -> {
      fetch.accept(inner);
      return List.of();
    }));
  }

  /**
   * Accumulators with the residual's products, where the tile has one.
   *
   * @param add appends the addition of these products to accumulators
   */
  Value add(ElementEmitter rows, Product product, Value accumulators, BiFunction<TileBuilder, Value, Value> add) {
    Value flag = isFlagged(rows, product);
    return rows.builder().effect(new Guard(), List.of(flag, accumulators), rows.builder().nested(inner ->
        List.of(add.apply(inner, inner.block().argument(accumulators.type()))))).result();
  }
}
