package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import nibble.ir.eval.Tensor;

/**
 * Weights of a product that are kept apart: as many of each output channel.
 *
 * @param count how many of each channel
 * @param rows index along the inner axis of each, {@code [count, channels]}; those of a channel are different
 */
record DetachedWeights(int count, ImmutableList<Integer> rows) {
  /**
   * Those of the largest scores.
   *
   * @param count how many of each output channel
   * @param inner axis of the weight matrix that is summed over; the other one counts output channels
   * @param score of an element of the matrix, by its index; of two that are equal the first counts as larger
   */
  static DetachedWeights largest(int count, Tensor weight, int inner, ToDoubleFunction<Integer> score) {
    int[] extents = weight.extents();
    int channels = extents[1 - inner];
    int depth = extents[inner];
    Integer[] rows = new Integer[count * channels];
    for (int channel = 0; channel < channels; channel++) {
      int column = channel;
      int[] largest = IntStream.range(0, depth).boxed()
          .sorted(Comparator.comparingDouble((Integer row) -> -score.applyAsDouble(index(row, column, extents, inner))))
          .limit(count).mapToInt(Integer::intValue).sorted().toArray();
      for (int i = 0; i < count; i++) {
        rows[i * channels + channel] = largest[i];
      }
    }
    return new DetachedWeights(count, ImmutableList.copyOf(rows));
  }

  /** The index in the weight matrix of what a row of an output channel is. */
  private static int index(int row, int channel, int[] extents, int inner) {
    return inner == 0 ? row * extents[1] + channel : channel * extents[1] + row;
  }

  int channels() {
    return count == 0 ? 0 : rows.size() / count;
  }

  /** Indices in the weight matrix of all that are kept apart, in the order of {@code rows}. */
  int[] indices(int[] extents, int inner) {
    return IntStream.range(0, rows.size())
        .map(i -> index(rows.get(i), i % channels(), extents, inner)).toArray();
  }

  /** The rows as values of a constant. */
  ImmutableList<Double> values() {
    return rows.stream().map(Integer::doubleValue).collect(ImmutableList.toImmutableList());
  }

  /** The largest magnitude of what is left of a weight. */
  double largestLeft(Tensor weight, int inner) {
    double[] left = weight.values().clone();
    for (int index : indices(weight.extents(), inner)) {
      left[index] = 0;
    }
    return Arrays.stream(left).map(Math::abs).max().orElse(0);
  }
}
