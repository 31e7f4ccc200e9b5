package nibble.ir.op;

import java.util.Arrays;
import java.util.function.IntFunction;
import nibble.ir.eval.Parallel;

/**
 * Which blocks of keys a filter of attention takes values of, for each group of queries. The first block that a query
 * sees holds its largest score so far, so of each query some values have a part.
 */
final class FilteredBlocks {
  /** Errors of scores that are exact. */
  static final Margin CERTAIN = (row, scores) -> new double[scores.length];

  /** Whether values have a part. */
  enum Part {
    TAKEN,
    LEFT,
    /** It depends on roundings. */
    UNCERTAIN
  }

  /** What scores of a row may be off by. */
  @FunctionalInterface
  interface Margin {
    double[] of(int row, double[] scores);
  }

  private static final FilteredBlocks ALL = new FilteredBlocks(new Part[0][], 1, 1, 1);

  private final Part[][] parts;
  private final int queryCount;
  private final int groups;
  private final int keys;

  private FilteredBlocks(Part[][] parts, int queryCount, int groups, int keys) {
    this.parts = parts;
    this.queryCount = queryCount;
    this.groups = groups;
    this.keys = keys;
  }

  /**
   * Decides for all groups of queries.
   *
   * @param rows of scores
   * @param scores of a row; negative infinity where the query does not see the key
   * @param margin what these may be off by
   */
  static FilteredBlocks of(Attention op, AttentionRows rows, IntFunction<double[]> scores, Margin margin) {
    if (op.filter().isEmpty()) {
      return ALL;
    }
    int queries = rows.queryCount();
    int groups = Math.ceilDiv(queries, Attention.FILTERED);
    int keys = Math.toIntExact(op.blocks().orElseThrow().dim(1).constant());
    Part[][] parts = new Part[rows.rowCount() / Math.max(1, queries) * groups][];
    Parallel.rows(parts.length, group -> {
      int first = group / groups * queries + group % groups * Attention.FILTERED;
      int end = Math.min(first + Attention.FILTERED, (group / groups + 1) * queries);
      parts[group] = parts(op.filter().get(), keys, rows.keyCount(), first, end, scores, margin);
    });
    return new FilteredBlocks(parts, queries, groups, keys);
  }

  private static Part[] parts(
      double filter, int keys, int keyCount, int first, int end, IntFunction<double[]> scores, Margin margin) {
    // The largest difference that a query of the group has for certain, and may have.
    double[] least = new double[Math.ceilDiv(keyCount, keys)];
    double[] most = new double[least.length];
    Arrays.fill(least, Double.NEGATIVE_INFINITY);
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    for (int row = first; row < end; row++) {
      double[] ofRow = scores.apply(row);
      double[] off = margin.of(row, ofRow);
      double largest = Double.NEGATIVE_INFINITY;
      double offLargest = 0;
      for (int block = 0; block < least.length; block++) {
        double ofBlock = Double.NEGATIVE_INFINITY;
        for (int key = block * keys; key < Math.min(keyCount, (block + 1) * keys); key++) {
          ofBlock = Math.max(ofBlock, ofRow[key]);
          offLargest = Math.max(offLargest, off[key]);
        }
        largest = Math.max(largest, ofBlock);
        if (ofBlock > Double.NEGATIVE_INFINITY) {
          // The same score on both sides is no difference, whatever it is off by.
          double error = ofBlock == largest && offLargest == 0 ? 0 : 2 * offLargest;
          least[block] = Math.max(least[block], ofBlock - largest - error);
          most[block] = Math.max(most[block], ofBlock - largest + error);
        }
      }
    }
    Part[] parts = new Part[least.length];
    Arrays.setAll(parts, block ->
        least[block] >= filter ? Part.TAKEN : most[block] < filter ? Part.LEFT : Part.UNCERTAIN);
    return parts;
  }

  /** Whether the value of a key has a part in the result of a row. */
  Part of(int row, int key) {
    return parts.length == 0
        ? Part.TAKEN : parts[row / queryCount * groups + row % queryCount / Attention.FILTERED][key / keys];
  }
}
