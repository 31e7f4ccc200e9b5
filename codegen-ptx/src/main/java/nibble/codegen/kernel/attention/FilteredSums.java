package nibble.codegen.kernel.attention;

import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.WarpGuard;
import nibble.ir.Block;
import nibble.ir.Value;
import nibble.ir.op.Attention;

/**
 * Weighted sums of values without those of tiles of keys whose scores are all much lower than the largest so far: a
 * warp whose queries agree on that leaves out the second product, with the packing of weights and the fragments of
 * values. The largest scores are then those of before, so that sums need no other factor either.
 */
record FilteredSums(AttentionSpace space, AttentionTile tile, WeightedSums sums) {
  private static final double LOG2_E = 1 / Math.log(2);

  /** Why there is no kernel; empty where there is one. */
  static Optional<String> obstacle(AttentionSpace space, AttentionTile tile) {
    if (space.op().filter().isEmpty()) {
      return Optional.empty();
    }
    long keys = space.op().blocks().orElseThrow().dim(1).constant();
    boolean isOneTile = space.keys().isConstant() && space.keys().constant() <= tile.keys();
    if (tile.keys() != keys && !isOneTile) {
      return Optional.of(
          "its filter is for blocks of " + keys + " keys, and tiles of such heads have " + tile.keys());
    }
    return tile.each() == Attention.FILTERED
        ? Optional.empty()
        : Optional.of("its filter is for " + Attention.FILTERED + " queries, and a warp has " + tile.each());
  }

  /** The sums behind a tile; see {@link WeightedSums#add}. */
  Value add(
      TileBuilder builder, OnlineSoftmax.Weights weights, OperandLoader values, Optional<AttentionScales> scales,
      Value stage, ElementEmitter emitter) {
    Value less = builder.apply(Scalar.SUB, weights.highest(), weights.largest());
    Value counts = builder.apply(Scalar.GE, less, builder.real(space.op().filter().orElseThrow() * LOG2_E));
    // Queries behind the last one have scores as well, and no say.
    Value isThere = emitter.memory().mask(
        IndexExpr.variable(AttentionSpace.QUERY, space.queries()), new Grid2.Extent(true, false));
    Value condition = isThere == null ? counts : builder.apply(Scalar.AND, counts, isThere);
    Block body = builder.nested(inner -> {
      Value before = inner.block().argument(weights.sums().type());
      return List.of(sums.add(inner, weights.withSums(before), values, scales, stage));
    });
    return builder.effect(new WarpGuard(tile.each()), List.of(condition, weights.sums()), body).result();
  }
}
