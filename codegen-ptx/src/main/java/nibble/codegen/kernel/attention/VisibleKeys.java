package nibble.codegen.kernel.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.ElementEmitter;
import nibble.codegen.kernel.Grid2;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.Views;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.Guard;
import nibble.ir.Block;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.Attention;
import nibble.ir.shape.Dim;

/**
 * Which keys the queries of a block see: the tiles of keys that it goes over, and what is hidden in each of them. A
 * tile that all queries of the block see has no conditions.
 *
 * @param count how many tiles of keys the block goes over
 * @param firstTile the first of them; nothing for 0
 * @param list the tiles that there are, where they are not one behind the other
 * @param firstPosition position of the first query
 * @param length how many keys and queries there are
 */
record VisibleKeys(
    AttentionSpace space, AttentionTile tile, Value count, Optional<Value> firstTile, Optional<SelectedTiles> list,
    Value firstPosition, SequenceLength length) {
  private static final double LOG2_E = 1 / Math.log(2);
  private static final Grid2.Extent BOTH = new Grid2.Extent(true, true);

  static VisibleKeys of(
      TileBuilder builder, AttentionSpace space, AttentionTile tile, Value firstQuery, Optional<SelectedTiles> list,
      SequenceLength length) {
    Attention op = space.op();
    Value position = op.causal() == Attention.Causal.BOTTOM_RIGHT
        ? length.more(builder).map(more -> builder.apply(Scalar.ADD, firstQuery, more)).orElse(firstQuery) : firstQuery;
    if (list.isPresent()) {
      return new VisibleKeys(space, tile, list.get().count(builder), Optional.empty(), list, position, length);
    }
    boolean skips = op.fill().isEmpty();
    if (!skips || op.causal() == Attention.Causal.NONE && op.window().isEmpty()) {
      Value all = length.tokens().isEmpty() ? builder.size(space.keys().ceilDiv(tile.keys()))
          : length.tiles(builder, ceiling(builder, length.count(builder), tile), firstQuery);
      return new VisibleKeys(space, tile, all, Optional.empty(), list, position, length);
    }
    // One position behind the last that the last query sees, of those that there are.
    long behind = tile.queries() + (op.causal() == Attention.Causal.NONE ? op.window().get() - 1 : 0);
    Value end = builder.apply(
        Scalar.MIN, builder.apply(Scalar.ADD, position, builder.number(behind)), length.count(builder));
    Value endTile = ceiling(builder, end, tile);
    if (op.window().isEmpty()) {
      Value tiles = length.tiles(builder, endTile, firstQuery);
      return new VisibleKeys(space, tile, tiles, Optional.empty(), list, position, length);
    }
    Value start = builder.apply(Scalar.SUB, position, builder.number(op.window().get() - 1));
    Value startTile = quotient(builder, start, tile);
    Value count = builder.apply(Scalar.MAX, builder.apply(Scalar.SUB, endTile, startTile), builder.number(0));
    return new VisibleKeys(
        space, tile, length.tiles(builder, count, firstQuery), Optional.of(startTile), list, position, length);
  }

  /** How many tiles there are up to a position. */
  private static Value ceiling(TileBuilder builder, Value end, AttentionTile tile) {
    return quotient(builder, builder.apply(Scalar.ADD, end, builder.number(tile.keys() - 1)), tile);
  }

  /** The tile in which a position lies, the first one for those before it. */
  private static Value quotient(TileBuilder builder, Value position, AttentionTile tile) {
    return builder.apply(
        Scalar.QUOTIENT, builder.apply(Scalar.MAX, position, builder.number(0)), builder.number(tile.keys()));
  }

  /** The tile of keys of an iteration. */
  Value tile(TileBuilder builder, Value iteration) {
    if (list.isPresent()) {
      return list.get().tile(builder, iteration);
    }
    return firstTile.map(first -> builder.apply(Scalar.ADD, iteration, first)).orElse(iteration);
  }

  /** Whether scores are multiplied by their scale when they are computed, and not later, with an exponent. */
  static boolean scalesScores(AttentionSpace space) {
    return space.isScaled() || space.mask().isPresent() || space.op().fill().isPresent() || space.op().scale() <= 0;
  }

  /**
   * Scores in units of a power of two: products, also those of codes whose scales wait, or products times the scale and
   * with the mask, as
   * {@link #scalesScores} says. What a query does not see is negative infinity, or the score that fills.
   *
   * @param waiting factors that wait
   */
  Value scores(
      TileBuilder builder, Value products, ElementEmitter emitter, ScoreScales scales,
      Optional<ScoreScales.Waiting> waiting, Value keyTile) {
    Grid2 grid = emitter.grid();
    Value scores = products;
    if (waiting.isPresent()) {
      scores = waiting.get().real(builder, products);
    } else if (scalesScores(space)) {
      Value real = builder.cast(products, Formats.F32, Rounding.NEAREST_EVEN);
      scores = grid.apply(builder, Scalar.MUL, real, scales.of(builder, emitter, keyTile));
      // What is hidden has no number that is added.
      if (space.added().isPresent()) {
        scores = masked(builder, scores, space.added().get(), emitter);
      }
      if (space.mask().isPresent()) {
        scores = masked(builder, scores, space.mask().get(), emitter);
      }
    }
    List<Value> sometimes = new ArrayList<>();
    Optional<Value> beyond = beyond(builder, keyTile, sometimes);
    Optional<Value> hidden = hidden(builder, keyTile, sometimes);
    if (sometimes.isEmpty()) {
      return scores;
    }
    Value any = sometimes.stream().reduce((a, b) -> builder.apply(Scalar.OR, a, b)).orElseThrow();
    Block body = builder.nested(inner -> {
      Value carried = inner.block().argument(TileBuilder.type(products).withFormat(Formats.F32));
      Value first = inner.apply(Scalar.MUL, keyTile, inner.number(tile.keys()));
      Value seen = carried;
      if (hidden.isPresent()) {
        seen = inner.apply(Scalar.SELECT, grid.spread(inner, sees(inner, grid, first), BOTH), seen, fill(inner));
      }
      if (beyond.isPresent()) {
        seen = inner.apply(
            Scalar.SELECT, grid.spread(inner, inRange(inner, grid, first), BOTH), seen,
            inner.real(Double.NEGATIVE_INFINITY));
      }
      return List.of(seen);
    });
    return builder.effect(new Guard(), List.of(any, scores), body).result();
  }

  private Value fill(TileBuilder builder) {
    // The lowest numbers of f32 are infinite in units of a power of two, but a query that sees no key has equal
    // weights.
    return builder.real(space.op().fill()
        .map(fill -> Math.clamp(fill * LOG2_E, -Float.MAX_VALUE, Float.MAX_VALUE)).orElse(Double.NEGATIVE_INFINITY));
  }

  private Value masked(TileBuilder builder, Value scores, Value operand, ElementEmitter emitter) {
    List<IndexExpr> at = Views.broadcast(operand.tensorType().shape(), space.scoreAt());
    Value mask = emitter.value(operand, at);
    if (operand.tensorType().format().equals(Formats.BOOL)) {
      Value truth = emitter.grid().spread(builder, mask, BOTH);
      return builder.apply(Scalar.SELECT, truth, scores, fill(builder));
    }
    Value scaled = builder.apply(Scalar.MUL, mask, builder.real(LOG2_E));
    return builder.apply(Scalar.ADD, scores, emitter.grid().spread(builder, scaled, BOTH));
  }

  /** Whether keys of a tile, and queries where these are counted, are there. */
  private Value inRange(TileBuilder builder, Grid2 grid, Value first) {
    Value keys = builder.apply(
        Scalar.LT, keyNumbers(builder, grid), builder.apply(Scalar.SUB, length.count(builder), first));
    if (length.tokens().isEmpty() || !length.cutsQueries()) {
      return keys;
    }
    // Such queries are at the positions of keys.
    Value queries = builder.apply(
        Scalar.LT, queryNumbers(builder, grid), builder.apply(Scalar.SUB, length.tokens().get(), firstPosition));
    return grid.apply(builder, Scalar.AND, keys, queries);
  }

  /** Where the tile may have keys beyond the last one, or the block queries. */
  private Optional<Value> beyond(TileBuilder builder, Value keyTile, List<Value> sometimes) {
    if (length.tokens().isPresent()) {
      Value behind = builder.apply(
          Scalar.MUL, builder.apply(Scalar.ADD, keyTile, builder.number(1)), builder.number(tile.keys()));
      Value hasBeyond = builder.apply(Scalar.GT, behind, length.count(builder));
      if (length.cutsQueries()) {
        Value end = builder.apply(Scalar.ADD, firstPosition, builder.number(tile.queries()));
        hasBeyond = builder.apply(
            Scalar.OR, hasBeyond, builder.apply(Scalar.GT, end, length.tokens().get()));
      }
      sometimes.add(hasBeyond);
      return Optional.of(hasBeyond);
    }
    if (space.keys().dividedBy(Dim.of(tile.keys())).isPresent()) {
      return Optional.empty();
    }
    Value last = builder.apply(Scalar.SUB, builder.size(space.keys().ceilDiv(tile.keys())), builder.number(1));
    Value isLast = builder.apply(Scalar.GE, keyTile, last);
    sometimes.add(isLast);
    return Optional.of(isLast);
  }

  /** Where positions hide keys of the tile from some query of the block. */
  private Optional<Value> hidden(TileBuilder builder, Value keyTile, List<Value> sometimes) {
    Attention op = space.op();
    Value first = builder.apply(Scalar.MUL, keyTile, builder.number(tile.keys()));
    Value ahead = builder.apply(Scalar.SUB, first, firstPosition);
    List<Value> conditions = new ArrayList<>();
    if (op.causal() != Attention.Causal.NONE) {
      conditions.add(builder.apply(Scalar.GT, ahead, builder.number(1 - tile.keys())));
    }
    op.window().ifPresent(window -> {
      conditions.add(builder.apply(Scalar.GT, ahead, builder.number(window - tile.keys())));
      conditions.add(builder.apply(Scalar.LT, ahead, builder.number(tile.queries() - window)));
    });
    sometimes.addAll(conditions);
    return conditions.stream().findFirst();
  }

  private Value queryNumbers(TileBuilder builder, Grid2 grid) {
    return builder.iota(0, grid.type(Formats.I32, new Grid2.Extent(true, false)));
  }

  private Value keyNumbers(TileBuilder builder, Grid2 grid) {
    return builder.iota(1, grid.type(Formats.I32, new Grid2.Extent(false, true)));
  }

  /** Whether queries see keys of a tile, as far as positions go. */
  private Value sees(TileBuilder builder, Grid2 grid, Value first) {
    Attention op = space.op();
    Value queries = queryNumbers(builder, grid);
    Value from = builder.apply(Scalar.SUB, first, firstPosition);
    Value ahead = grid.apply(
        builder, Scalar.SUB, builder.apply(Scalar.ADD, keyNumbers(builder, grid), from), queries);
    List<Value> conditions = new ArrayList<>();
    if (op.causal() != Attention.Causal.NONE) {
      conditions.add(builder.apply(Scalar.LE, ahead, builder.number(0)));
    }
    op.window().ifPresent(window -> conditions.add(
        builder.apply(Scalar.LT, builder.apply(Scalar.ABS, ahead), builder.number(window))));
    return conditions.stream().reduce((a, b) -> builder.apply(Scalar.AND, a, b)).orElseThrow();
  }
}
