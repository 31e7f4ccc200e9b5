package nibble.ir.op;

import com.google.common.primitives.ImmutableLongArray;
import java.util.List;
import nibble.ir.eval.Tensor;

/**
 * How many scores an attention needs of each head, over all batches: those of queries and keys that are there, in
 * selected blocks, and not hidden by positions. What a mask hides or fills is computed and counts.
 */
public final class KeptScores {
  private KeptScores() {}

  /** The counts, by heads of queries. */
  public static ImmutableLongArray ofHeads(Attention op, List<Tensor> operands) {
    AttentionRows rows = new AttentionRows(op, operands);
    long[] counts = new long[rows.heads()];
    int[] extents = operands.getFirst().extents();
    int all = Math.toIntExact(operands.getFirst().size() / Math.max(1, extents[extents.length - 1]));
    for (int row = 0; row < all; row++) {
      int head = row / rows.queryCount() % rows.heads();
      for (int key = 0; key < rows.keyCount(); key++) {
        counts[head] += rows.selects(row, key) && rows.reaches(row, key) ? 1 : 0;
      }
    }
    return ImmutableLongArray.copyOf(counts);
  }
}
