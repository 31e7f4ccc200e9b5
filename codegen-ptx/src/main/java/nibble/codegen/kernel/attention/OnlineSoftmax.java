package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.layout.LinearLayout;
import nibble.codegen.tile.Projection;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.MmaOperand;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.op.AttentionScheme;

/**
 * A softmax in base 2 over tiles of scores, of which it keeps the largest of each row so far, the sum of weights and
 * the weighted sums of values. A thread adds up the weights that it has; only at the end are the sums of threads added.
 */
record OnlineSoftmax(AttentionSpace space, AttentionTile tile) {
  private static final double LOG2_E = 1 / Math.log(2);
  private static final int THREADS = AttentionTile.THREADS;

  /**
   * What is carried from tile to tile, and the weights of one.
   *
   * @param weights of the tile's keys, exponentials of f32
   * @param sums of values so far
   * @param rescale what they are to be multiplied by, of each row
   * @param largest score so far, less the offset of weights where groups have no scales
   * @param highest score of the tile, less the same
   * @param total of weights so far, for each thread
   * @param scales those of groups of weights, as an operand, where they have some
   */
  record Weights(
      Value weights, Value sums, Value rescale, Value largest, Value highest, Value total, Optional<Value> scales) {
    Weights withSums(Value others) {
      return new Weights(weights, others, rescale, largest, highest, total, scales);
    }

    /** A step of the weights as the left operand of a product. */
    Value operand(TileBuilder builder, int step, AttentionTile tile) {
      int columns = tile.format().step();
      LinearLayout layout = tile.ofValues().left();
      return builder.add(
          new MmaOperand(step * columns, new TileType(tile.format().left(), layout)), weights);
    }

    ImmutableList<Value> next(Value nextSums) {
      return ImmutableList.of(nextSums, largest, total);
    }
  }

  private TileType rows() {
    return new TileType(Formats.F32, Projection.project(tile.scoreLayout(), 1));
  }

  /** The layout of sums of weights: rows, and the threads that share them. */
  TileType totals() {
    return new TileType(Formats.F32, Projection.project(byThread(tile.scoreLayout()), 1, 3));
  }

  private LinearLayout byThread(LinearLayout scores) {
    return scores.reshape(tile.queries(), tile.keys() / THREADS / tile.neighbours(), THREADS, tile.neighbours());
  }

  /** What is carried, before the first tile. */
  ImmutableList<Value> start(TileBuilder builder) {
    return ImmutableList.of(
        builder.fill(0, new TileType(Formats.F32, tile.sums())),
        builder.fill(Double.NEGATIVE_INFINITY, rows()),
        builder.fill(0, totals()));
  }

  /**
   * The weights of a tile.
   *
   * @param scores as {@link VisibleKeys#scores} has them
   * @param waiting factors of scores, where these are products of codes still
   * @param carried sums of values, largest scores and sums of weights
   */
  Weights weights(
      TileBuilder builder, Value scores, Optional<ScoreScales.Waiting> waiting, List<Value> carried) {
    boolean scaled = waiting.isEmpty() && VisibleKeys.scalesScores(space);
    Value factor = builder.real(space.op().scale() * LOG2_E);
    // Less the offset, so that nothing has to be subtracted where exponents are.
    Value inPowers = waiting.map(factors -> factors.largest(builder, scores, offset())).orElseGet(() -> {
      Value highest = builder.add(new Reduce(1, Scalar.MAX), scores);
      Value unit = scaled ? highest : builder.apply(Scalar.MUL, highest, factor);
      return offset() == 0 ? unit : builder.apply(Scalar.SUB, unit, builder.real(offset()));
    });
    Value largest = builder.apply(Scalar.MAX, carried.get(1), inPowers);
    Value shift = finite(builder, largest);
    Value rescale = builder.apply(Scalar.EXP2, builder.apply(Scalar.SUB, carried.get(1), shift));
    Value exponents = waiting.map(factors -> factors.exponents(builder, scores, shift)).orElseGet(() -> scaled
        ? builder.apply(Scalar.SUB, scores, builder.expand(shift, TileBuilder.type(scores)))
        : builder.apply(Scalar.FMA, scores, factor, builder.expand(
            builder.apply(Scalar.NEG, shift), TileBuilder.type(scores))));
    Value weights = builder.apply(Scalar.EXP2, exponents);
    Value total = totalOfThreads(builder, weights);
    Value before = builder.apply(Scalar.MUL, carried.get(2), perThread(builder, rescale));
    return new Weights(
        codes(builder, weights), carried.get(0), builder.expand(rescale, TileBuilder.type(carried.get(0))), largest,
        inPowers,
        builder.apply(Scalar.ADD, before, total), Optional.empty());
  }

  /** Sums of the weights that each thread has of each row. */
  Value totalOfThreads(TileBuilder builder, Value weights) {
    int neighbours = tile.neighbours();
    Value byThread = builder.add(new TileReshape(
        ImmutableList.of(tile.queries(), tile.keys() / THREADS / neighbours, THREADS, neighbours)), weights);
    return builder.add(new Reduce(3, Scalar.ADD), builder.add(new Reduce(1, Scalar.ADD), byThread));
  }

  /**
   * Weights as codes of a byte have them, where these are multiplied as something wider; totals are of what they were.
   */
  private Value codes(TileBuilder builder, Value weights) {
    boolean isWidened = tile.format().unpacks() && space.op().scheme().map(AttentionScheme::lowBit)
        .filter(scheme -> scheme.weights() == AttentionScheme.Weights.E4M3).isPresent();
    return isWidened
        ? builder.cast(builder.cast(weights, Formats.E4M3, Rounding.NEAREST_EVEN), Formats.F32, Rounding.NEAREST_EVEN)
        : weights;
  }

  /** What to subtract: where nothing has been seen yet, any number will do, for all weights are 2^-infinity. */
  Value finite(TileBuilder builder, Value largest) {
    Value isNone = builder.apply(Scalar.EQ, largest, builder.real(Double.NEGATIVE_INFINITY));
    return space.mayHide()
        ? builder.apply(Scalar.SELECT, isNone, builder.fill(0, TileType.scalar(Formats.F32)), largest) : largest;
  }

  /** What is added to exponents, so that codes of weights are used up to the largest. */
  double offset() {
    // Integers are codes as they are, where the scheme has them over the largest; totals have the same factor.
    return space.op().scheme().map(AttentionScheme::lowBit).map(scheme -> switch (scheme.weights()) {
      case BYTE -> Math.log(Formats.I8.max()) * LOG2_E;
      case HALF, E4M3, NVFP4_DIRECT, NVFP4 -> scheme.offset();
    }).orElse(0.0);
  }

  /** A value of each row for all threads that share it. */
  Value perThread(TileBuilder builder, Value ofRows) {
    Value reshaped = builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1, 1, 1)), ofRows);
    return builder.add(new Expand(totals()), reshaped);
  }

  /** Natural logarithms of the sums of exponentials of scores, negative infinity where these are zero. */
  Value logarithm(TileBuilder builder, List<Value> carried) {
    Value largest = builder.apply(Scalar.MUL, carried.get(1), builder.real(1 / LOG2_E));
    return builder.apply(Scalar.ADD, builder.apply(Scalar.LOG, totalOfRows(builder, carried)), largest);
  }

  private Value totalOfRows(TileBuilder builder, List<Value> carried) {
    Value total = builder.add(new Reduce(2, Scalar.ADD), carried.get(2));
    return builder.add(new TileReshape(ImmutableList.of(tile.queries(), 1)), total);
  }

  /** The result: weighted sums over sums of weights, zeros where these are zero. */
  Value finish(TileBuilder builder, List<Value> carried) {
    Value rows = totalOfRows(builder, carried);
    Value inverse = builder.apply(Scalar.RECIPROCAL, rows);
    if (space.mayHide()) {
      Value isZero = builder.apply(Scalar.EQ, rows, builder.real(0));
      inverse = builder.apply(Scalar.SELECT, isZero, builder.real(0), inverse);
    }
    TileType full = TileBuilder.type(carried.get(0));
    LinearLayout projected = Projection.project(full.layout(), 1);
    if (!TileBuilder.type(inverse).layout().equals(projected)) {
      throw new IllegalStateException("rows of scores lie otherwise than those of sums: " + inverse.type());
    }
    return builder.apply(Scalar.MUL, carried.get(0), builder.expand(inverse, full));
  }
}
