package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/** Attention by its formula, index by index. */
final class NaiveAttention {
  private NaiveAttention() {}

  static double[] eval(Attention op, List<Tensor> operands, Tensor like) {
    int rank = like.extents().length;
    int[] queryExtents = operands.get(0).extents();
    int[] keyExtents = operands.get(1).extents();
    int keys = keyExtents[rank - 2];
    double[] result = new double[like.size()];
    int at = 0;
    for (int[] index : Indexed.indices(like.extents())) {
      int query = index[rank - 2];
      double[] scores = new double[keys];
      double[] values = new double[keys];
      for (int key = 0; key < keys; key++) {
        int[] keyIndex = index.clone();
        keyIndex[rank - 2] = key;
        if (rank > 2) {
          keyIndex[rank - 3] = index[rank - 3] / (queryExtents[rank - 3] / keyExtents[rank - 3]);
        }
        values[key] = Indexed.of(operands.get(2)).get(keyIndex);
        scores[key] = score(op, operands, index, keyIndex, query - key, query);
      }
      double max = DoubleStream.of(scores).max().orElse(Double.NEGATIVE_INFINITY);
      double sum = 0;
      for (int key = 0; key < keys; key++) {
        double weight = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores[key] - max);
        sum += weight;
        result[at] += weight == 0 ? 0 : weight * values[key];
      }
      result[at] = sum == 0 ? 0 : result[at] / sum;
      at++;
    }
    return result;
  }

  /** Logarithms of sums of exponentials of scores. */
  static double[] logarithms(Attention op, List<Tensor> operands, Tensor like) {
    int[] queryExtents = operands.get(0).extents();
    int[] keyExtents = operands.get(1).extents();
    int rank = queryExtents.length;
    double[] result = new double[like.size()];
    int at = 0;
    for (int[] row : Indexed.indices(like.extents())) {
      int[] index = Arrays.copyOf(row, rank);
      double[] scores = new double[keyExtents[rank - 2]];
      for (int key = 0; key < keyExtents[rank - 2]; key++) {
        int[] keyIndex = index.clone();
        keyIndex[rank - 2] = key;
        if (rank > 2) {
          keyIndex[rank - 3] = index[rank - 3] / (queryExtents[rank - 3] / keyExtents[rank - 3]);
        }
        int query = index[rank - 2];
        scores[key] = score(op, operands, index, keyIndex, query - key, query);
      }
      // Less the largest, so that exponentials are numbers.
      double max = DoubleStream.of(scores).max().orElse(Double.NEGATIVE_INFINITY);
      result[at++] = Double.isInfinite(max)
          ? max : max + Math.log(DoubleStream.of(scores).map(score -> Math.exp(score - max)).sum());
    }
    return result;
  }

  /** Whether no offset lies between two tokens, and one at or before both and one behind both. */
  private static boolean areTogether(Tensor offsets, int a, int b) {
    boolean hasBefore = false;
    boolean hasBehind = false;
    for (double offset : offsets.elements()) {
      if (offset > Math.min(a, b) && offset <= Math.max(a, b)) {
        return false;
      }
      hasBefore |= offset <= Math.min(a, b);
      hasBehind |= offset > Math.max(a, b);
    }
    return hasBefore && hasBehind;
  }

  private static double score(
      Attention op, List<Tensor> operands, int[] index, int[] keyIndex, int behind, int query) {
    int rank = index.length;
    int queries = operands.get(0).extents()[rank - 2];
    int keys = operands.get(1).extents()[rank - 2];
    boolean isPacked = op.lengths().equals(Optional.of(Attention.Lengths.PACKED));
    if (isPacked && !areTogether(op.lengths(operands).orElseThrow(), query, keyIndex[rank - 2])) {
      return Double.NEGATIVE_INFINITY;
    }
    int length = op.lengths(operands).filter(known -> !isPacked)
        .map(known -> (int) Indexed.of(known).broadcast(Arrays.copyOf(index, rank - 2)))
        .orElse(keys);
    boolean cutsQueries = op.lengths().equals(Optional.of(Attention.Lengths.TOKENS));
    if (keyIndex[rank - 2] >= length || cutsQueries && query >= length) {
      return Double.NEGATIVE_INFINITY;
    }
    int more = cutsQueries ? 0 : Math.min(length, keys) - queries;
    int distance = op.causal() == Attention.Causal.BOTTOM_RIGHT ? behind + more : behind;
    boolean sees = op.causal() == Attention.Causal.NONE || distance >= 0;
    if (op.window().isPresent()) {
      sees &= distance < op.window().get() && -distance < op.window().get();
    }
    if (op.blocks().isPresent() && !isSelected(op, operands.getLast(), index, keyIndex[rank - 2])) {
      return Double.NEGATIVE_INFINITY;
    }
    double bias = 0;
    for (Tensor operand : Stream.concat(op.mask(operands).stream(), op.added(operands).stream()).toList()) {
      int[] at = Arrays.copyOf(index, rank);
      at[rank - 2] = query;
      at[rank - 1] = keyIndex[rank - 2];
      double mask = Indexed.of(operand).broadcast(at);
      if (operand.type().format().equals(Formats.BOOL)) {
        sees &= mask != 0;
      } else {
        bias = mask;
      }
    }
    if (!sees) {
      return op.fill().orElse(Double.NEGATIVE_INFINITY);
    }
    double product = 0;
    int depth = operands.get(0).extents()[rank - 1];
    for (int i = 0; i < depth; i++) {
      int[] left = index.clone();
      int[] right = keyIndex.clone();
      left[rank - 1] = i;
      right[rank - 1] = i;
      product += Indexed.of(operands.get(0)).get(left) * Indexed.of(operands.get(1)).get(right);
    }
    return op.scale() * product + bias;
  }

  private static boolean isSelected(Attention op, Tensor selection, int[] index, int key) {
    int rank = index.length;
    int[] at = Arrays.copyOf(index, rank);
    at[rank - 2] = index[rank - 2] / (int) op.blocks().orElseThrow().dim(0).constant();
    int block = key / (int) op.blocks().orElseThrow().dim(1).constant();
    if (selection.type().format().equals(Formats.BOOL)) {
      at[rank - 1] = block;
      return Indexed.of(selection).broadcast(at) != 0;
    }
    at[rank - 1] = 0;
    double count = Indexed.of(selection).get(at);
    for (int i = 1; i <= count; i++) {
      at[rank - 1] = i;
      if (Indexed.of(selection).get(at) == block) {
        return true;
      }
    }
    return false;
  }
}
