package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.Expand;
import nibble.codegen.tile.op.Reduce;
import nibble.codegen.tile.op.ScaleOperand;
import nibble.codegen.tile.op.TileReshape;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * A step of an online softmax whose weights are codes of e2m1 by groups of keys, each under a scale of its own
 * ("SageAttention3", section 3.2). A weight is the scale of its group, a sixth of the group's largest weight, times
 * what becomes the code; both are powers of two of differences of scores, so nothing is divided.
 *
 * @param softmax what is carried from step to step
 */
record GroupedSoftmax(AttentionTile tile, OnlineSoftmax softmax) {
  private static final int GROUP = AttentionFormats.GROUP;
  private static final int THREADS = AttentionTile.THREADS;
  /** Groups of the neighbours of all threads that share a row. */
  private static final int GROUPS = 2;
  /** log2 of the largest code. */
  private static final double LARGEST = Math.log(Formats.E2M1.max()) / Math.log(2);

  /** The weights of a tile; see {@link OnlineSoftmax#weights}. Scores are in units of a power of two. */
  OnlineSoftmax.Weights weights(TileBuilder builder, Value scores, List<Value> carried) {
    int rows = tile.queries();
    int groups = tile.keys() / GROUP;
    Value ofGroups = builder.add(new Reduce(2, Scalar.MAX), reshape(builder, scores, rows, groups, GROUP));
    Value highest = builder.add(new Reduce(1, Scalar.MAX), reshape(builder, ofGroups, rows, groups));
    Value largest = builder.apply(Scalar.MAX, carried.get(1), highest);
    Value shift = softmax.finite(builder, largest);
    Value rescale = builder.apply(Scalar.EXP2, builder.apply(Scalar.SUB, carried.get(1), shift));

    Value less = builder.apply(Scalar.SUB, shift, builder.real(softmax.offset() - LARGEST));
    Value ofAllGroups = builder.expand(reshape(builder, less, rows, 1, 1), TileBuilder.type(ofGroups));
    Value scales = builder.apply(Scalar.EXP2, builder.apply(Scalar.SUB, ofGroups, ofAllGroups));
    Value groupShift = builder.apply(Scalar.SUB, softmax.finite(builder, ofGroups), builder.real(LARGEST));
    TileType grouped = TileBuilder.type(scores).withLayout(
        TileBuilder.type(scores).layout().reshape(rows, groups, GROUP));
    Value shifts = spread(builder, groupShift, grouped);
    Value ratios = builder.apply(Scalar.EXP2, builder.apply(Scalar.SUB, scores, shifts));

    Value before = builder.apply(Scalar.MUL, carried.get(2), softmax.perThread(builder, rescale));
    if (tile.widensGroups()) {
      Value exact = builder.apply(Scalar.MUL, ratios, spread(builder, scales, grouped));
      Value codes = builder.apply(
          Scalar.MUL, rounded(builder, ratios, Formats.E2M1),
          spread(builder, rounded(builder, scales, Formats.UE4M3), grouped));
      return new OnlineSoftmax.Weights(
          codes, carried.get(0), builder.expand(rescale, TileBuilder.type(carried.get(0))), largest, highest,
          builder.apply(Scalar.ADD, before, softmax.totalOfThreads(builder, exact)), Optional.empty());
    }
    Value total = builder.apply(Scalar.ADD, before, total(builder, ratios, scales));
    Value operand = builder.add(
        new ScaleOperand(new TileType(Formats.UE4M3, tile.ofValues().scalesOfLeft())), scales);
    return new OnlineSoftmax.Weights(
        ratios, carried.get(0), builder.expand(rescale, TileBuilder.type(carried.get(0))), largest, highest, total,
        Optional.of(operand));
  }

  /** A number of each group for all of its weights. */
  private Value spread(TileBuilder builder, Value ofGroups, TileType grouped) {
    return reshape(builder, builder.add(new Expand(grouped), ofGroups), tile.queries(), tile.keys());
  }

  private static Value rounded(TileBuilder builder, Value x, NumberFormat format) {
    return builder.cast(builder.cast(x, format, Rounding.NEAREST_EVEN), Formats.F32, Rounding.NEAREST_EVEN);
  }

  /** Sums of the weights that a thread has: of those of each group, times its scale. */
  private Value total(TileBuilder builder, Value ratios, Value scales) {
    int rows = tile.queries();
    int periods = tile.keys() / THREADS / tile.neighbours();
    int threads = THREADS / GROUPS;
    Value byThread = reshape(builder, ratios, rows, periods, GROUPS, threads, tile.neighbours());
    Value sums = builder.add(new Reduce(4, Scalar.ADD), byThread);
    Value factors = builder.add(
        new Expand(TileBuilder.type(sums)), reshape(builder, scales, rows, periods, GROUPS, 1, 1));
    Value weighted = builder.add(new Reduce(1, Scalar.ADD), builder.apply(Scalar.MUL, sums, factors));
    return reshape(builder, weighted, rows, 1, THREADS, 1);
  }

  private static Value reshape(TileBuilder builder, Value value, Integer... extents) {
    return builder.add(new TileReshape(ImmutableList.copyOf(extents)), value);
  }
}
