package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.List;
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
import nibble.codegen.tile.op.WarpGuard;
import nibble.ir.Block;
import nibble.ir.Value;

/**
 * What products of queries and keys are multiplied by: the scale of the op in units of a power of two, and those of
 * codes.
 *
 * @param queryTile number of the block of queries
 * @param ofQueries those of queries times that of the op, read once; nothing where they are read again with each tile
 *     of keys, since registers are needed for masks
 * @param byWarps whether warps multiply, each for itself: then sums can start from any number, and warps can branch
 */
record ScoreScales(
    AttentionSpace space, AttentionTile tile, Value queryTile, Optional<Value> ofQueries, boolean byWarps) {
  private static final double LOG2_E = 1 / Math.log(2);

  /** The scales, given what computes values that are the same for all tiles of keys. */
  static ScoreScales of(
      TileBuilder builder, Supplier<ElementEmitter> emitter, AttentionSpace space, AttentionTile tile,
      Value queryTile, boolean byWarps) {
    ScoreScales scales = new ScoreScales(space, tile, queryTile, Optional.empty(), byWarps);
    return scales.waits()
        ? new ScoreScales(space, tile, queryTile, Optional.of(scales.ofQueries(builder, emitter.get())), byWarps)
        : scales;
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
    return space.isScaled() && !tile.scores().appliesScales() && !tile.widensGroups();
  }

  private static Value scales(ElementEmitter emitter, AttentionSpace space, int operand) {
    return emitter.scaleOf(emitter.memoryOf(space.operation().operand(operand)), space.rowAt(operand));
  }

  /**
   * Whether scales wait for the exponent: nothing is added to scores, and the largest product of keys that share a
   * scale is the largest score, since scales are positive, or products change their sign where they are not.
   */
  boolean waits() {
    return hasCodes(space, tile) && (arePositive() || byWarps) && space.op().scale() > 0
        && space.mask().isEmpty() && space.op().fill().isEmpty()
        && (KeyScales.of(space, tile).isPresent() || space.sharesScale(tile.keys()));
  }

  /** Whether quantizers of a scheme gave the scales. */
  private boolean arePositive() {
    return space.op().scheme().isPresent();
  }

  /** What sums of products start from. */
  ScoreOrigin origin() {
    return byWarps && waits()
        ? ScoreOrigin.of(tile, space.operation().operand(0).tensorType().format()) : ScoreOrigin.ZERO;
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
      return Optional.of(waiting(
          builder, boxes.get().extents(), boxes.get().threads(), builder.add(new Expand(both), rows),
          builder.add(new Expand(both), ofBoxes)));
    }
    List<Value> ofTile = grid.unify(builder, List.of(queries, scales(emitter, space, 1)));
    Value keys = TileBuilder.type(ofTile.getLast()).isScalar() ? ofTile.getLast()
        : builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1, 1, 1)), ofTile.getLast());
    return Optional.of(waiting(builder, new int[] {tile.queries(), tile.keys(), 1, 1}, 1, rows, keys));
  }

  private Waiting waiting(TileBuilder builder, int[] extents, int threads, Value queries, Value keys) {
    // Never zero, of which negative infinity is no multiple.
    Value least = builder.real(Float.MIN_NORMAL);
    if (arePositive()) {
      Value factors = builder.apply(Scalar.FMA, queries, keys, least);
      return new Waiting(tile, origin(), extents, threads, factors, Optional.empty());
    }
    Value signed = builder.apply(Scalar.MUL, queries, keys);
    Value factors = builder.apply(Scalar.ADD, builder.apply(Scalar.ABS, signed), least);
    return new Waiting(tile, origin(), extents, threads, factors, Optional.of(signed));
  }

  /**
   * Factors of products that are not scores yet.
   *
   * @param extents of products: queries, keys of a box that lie apart, boxes, and neighbours of a box
   * @param threads how many threads share what lies apart
   * @param factors one for each query and box, positive
   * @param signed the same with the signs that products get before, where there may be some
   */
  record Waiting(
      AttentionTile tile, ScoreOrigin origin, int[] extents, int threads, Value factors, Optional<Value> signed) {
    /** Products as numbers of f32, from the origin, with the sign of their factor. */
    Value real(TileBuilder builder, Value products) {
      Value numbers = origin.real(builder, products);
      if (signed.isEmpty()) {
        return numbers;
      }
      Value least = reshape(builder, builder.add(new Reduce(2, Scalar.MIN), signed.get()), extents[0], 1);
      Value rows = builder.apply(Scalar.LT, least, builder.real(0));
      Block body = builder.nested(inner -> {
        Value before = inner.block().argument(numbers.type());
        Value isNegative = inner.apply(Scalar.LT, signed.get(), inner.real(0));
        Value turned = inner.apply(Scalar.SUB, inner.real(2 * origin.number()), before);
        return List.of(inner.apply(Scalar.SELECT, spread(inner, isNegative), turned, before));
      });
      return builder.effect(new WarpGuard(tile.each()), List.of(rows, numbers), body).result();
    }

    /** The largest score of each query, less a number: threads look among their own products first. */
    Value largest(TileBuilder builder, Value products, double less) {
      Value apart = reshape(
          builder, products, extents[0], extents[1] / threads, threads, extents[2], extents[3]);
      Value ofThreads = builder.add(new Reduce(4, Scalar.MAX), builder.add(new Reduce(1, Scalar.MAX), apart));
      Value fromZero = origin.isZero() ? ofThreads
          : builder.apply(Scalar.SUB, ofThreads, builder.real(origin.number()));
      Value ofBoxes = builder.add(
          new Expand(TileBuilder.type(ofThreads)), reshape(builder, factors, extents[0], 1, 1, extents[2], 1));
      Value scores = less == 0 ? builder.apply(Scalar.MUL, fromZero, ofBoxes)
          : builder.apply(Scalar.FMA, fromZero, ofBoxes, builder.fill(-less, TileBuilder.type(ofThreads)));
      return builder.add(new Reduce(1, Scalar.MAX), reshape(builder, scores, extents[0], threads * extents[2]));
    }

    private static Value reshape(TileBuilder builder, Value value, Integer... shape) {
      return builder.add(new TileReshape(ImmutableList.copyOf(shape)), value);
    }

    /** Exponents of the weights of products. */
    Value exponents(TileBuilder builder, Value products, Value shift) {
      Value factor = spread(builder, factors);
      Value less = builder.expand(builder.apply(Scalar.NEG, shift), TileBuilder.type(products));
      // One rounding more, of a number that all products of a query with keys of a box have in common.
      Value addend = origin.isZero() ? less
          : builder.apply(Scalar.FMA, factor, builder.fill(-origin.number(), TileBuilder.type(factor)), less);
      return builder.apply(Scalar.FMA, products, factor, addend);
    }

    /** What each query and box has one of, for each product. */
    private Value spread(TileBuilder builder, Value ofBoxes) {
      TileType full = TileBuilder.type(ofBoxes).withLayout(tile.scoreLayout().reshape(extents));
      return builder.add(
          new TileReshape(ImmutableList.of(tile.queries(), tile.keys())), builder.add(new Expand(full), ofBoxes));
    }
  }
}
