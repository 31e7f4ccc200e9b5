package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.function.Supplier;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;

/**
 * What products of queries and keys are multiplied by: the scale of the op in units of a power of two, and those of
 * codes.
 *
 * @param queryTile number of the block of queries
 * @param ofQueries those of queries times that of the op, read once; nothing where they are read again with each tile
 *     of keys, since registers are needed for masks
 */
record ScoreScales(AttentionSpace space, AttentionTile tile, Value queryTile, Optional<Value> ofQueries) {
  private static final double LOG2_E = 1 / Math.log(2);

  /** The scales, given what computes values that are the same for all tiles of keys. */
  static ScoreScales of(
      TileBuilder builder, Supplier<ElementEmitter> emitter, AttentionSpace space, AttentionTile tile,
      Value queryTile) {
    ScoreScales scales = new ScoreScales(space, tile, queryTile, Optional.empty());
    return scales.waits()
        ? new ScoreScales(space, tile, queryTile, Optional.of(scales.ofQueries(builder, emitter.get()))) : scales;
  }

  private Value ofQueries(TileBuilder builder, ElementEmitter emitter) {
    return ofQueries.orElseGet(() -> {
      Value factor = builder.real(space.op().scale() * LOG2_E);
      if (!hasCodes(space, tile)) {
        return factor;
      }
      Value scales = QueryScales.of(space, tile).map(boxes -> boxes.of(builder, emitter, queryTile))
          .orElseGet(() -> scales(emitter, space, 0));
      return emitter.grid().apply(builder, Scalar.MUL, scales, factor);
    });
  }

  private static boolean hasCodes(AttentionSpace space, AttentionTile tile) {
    return space.isScaled() && !tile.scores().appliesScales();
  }

  private static Value scales(ElementEmitter emitter, AttentionSpace space, int operand) {
    return emitter.scaleOf(emitter.memoryOf(space.operation().operand(operand)), space.rowAt(operand));
  }

  /**
   * Whether scales wait for the exponent: they are positive, for quantizers gave them, so the largest product of keys
   * that share a scale is the largest score; and nothing is added to scores.
   */
  boolean waits() {
    return hasCodes(space, tile) && space.op().scheme().isPresent() && space.op().scale() > 0
        && space.mask().isEmpty() && space.op().fill().isEmpty()
        && (KeyScales.of(space, tile).isPresent() || !space.hasScalesWithin(tile.keys()));
  }

  /** The factor of each score of a tile of keys. */
  Value of(TileBuilder builder, ElementEmitter emitter, Value keyTile) {
    Value queries = ofQueries(builder, emitter);
    if (!hasCodes(space, tile)) {
      return queries;
    }
    Value ofKeys = KeyScales.of(space, tile).map(scales -> scales.spread(builder, emitter, keyTile))
        .orElseGet(() -> scales(emitter, space, 1));
    return emitter.grid().apply(builder, Scalar.MUL, queries, ofKeys);
  }

  /** The factors of products of a tile of keys that wait for the exponent. */
  Optional<Waiting> waiting(TileBuilder builder, ElementEmitter emitter, Value keyTile) {
    if (!waits()) {
      return Optional.empty();
    }
    Optional<KeyScales> boxes = KeyScales.of(space, tile);
    Grid2 grid = emitter.grid();
    Value queries = grid.spread(builder, ofQueries(builder, emitter), new Grid2.Extent(true, false));
    Value rows = builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1, 1, 1)), queries);
    if (boxes.isPresent()) {
      Value ofBoxes = boxes.get().ofBoxes(builder, emitter, keyTile);
      TileType both = new TileType(
          TileBuilder.type(rows).format(), boxes.get().layoutOfQueriesAndBoxes());
      Value factors = builder.apply(
          Scalar.MUL, builder.add(new Expand(both), rows), builder.add(new Expand(both), ofBoxes));
      return Optional.of(new Waiting(tile, boxes.get().extents(), boxes.get().threads(), factors));
    }
    Value ofTile = grid.apply(builder, Scalar.MUL, queries, scales(emitter, space, 1));
    Value factors = builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1, 1, 1)), ofTile);
    return Optional.of(new Waiting(tile, new int[] {tile.queries(), tile.keys(), 1, 1}, 1, factors));
  }

  /**
   * Factors of products that are not scores yet.
   *
   * @param extents of products: queries, keys of a box that lie apart, boxes, and neighbours of a box
   * @param threads how many threads share what lies apart
   * @param factors one for each query and box
   */
  record Waiting(AttentionTile tile, int[] extents, int threads, Value factors) {
    /** The largest score of each query, less a number: threads look among their own products first. */
    Value largest(TileBuilder builder, Value products, double less) {
      Value apart = reshape(
          builder, products, extents[0], extents[1] / threads, threads, extents[2], extents[3]);
      Value ofThreads = builder.add(new Reduce(4, Scalar.MAX), builder.add(new Reduce(1, Scalar.MAX), apart));
      Value ofBoxes = builder.add(
          new Expand(TileBuilder.type(ofThreads)), reshape(builder, factors, extents[0], 1, 1, extents[2], 1));
      Value scores = less == 0 ? builder.apply(Scalar.MUL, ofThreads, ofBoxes)
          : builder.apply(Scalar.FMA, ofThreads, ofBoxes, builder.fill(-less, TileBuilder.type(ofThreads)));
      return builder.add(new Reduce(1, Scalar.MAX), reshape(builder, scores, extents[0], threads * extents[2]));
    }

    private static Value reshape(TileBuilder builder, Value value, Integer... shape) {
      return builder.add(new TileReshape(ImmutableList.copyOf(shape)), value);
    }

    /** The factor of each product. */
    Value spread(TileBuilder builder) {
      TileType full = TileBuilder.type(factors).withLayout(tile.scoreLayout().reshape(extents));
      return builder.add(
          new TileReshape(ImmutableList.of(tile.queries(), tile.keys())), builder.add(new Expand(full), factors));
    }
  }
}
