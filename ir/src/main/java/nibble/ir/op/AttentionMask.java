package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/**
 * A mask of an attention, read by rows of scores. It broadcasts to them.
 *
 * @param queryCount queries of each head
 * @param ofBatch where the mask starts for each head
 * @param queryStride elements between queries
 * @param keyStride elements between keys
 */
record AttentionMask(Tensor mask, int queryCount, ViewOp.IndexMap ofBatch, int queryStride, int keyStride) {
  static AttentionMask of(Tensor mask, int[] scores) {
    int rank = scores.length;
    int[] strides = Elementwise.strides(mask.extents(), scores);
    return new AttentionMask(
        mask, scores[rank - 2], ViewOp.strided(Arrays.copyOf(scores, rank - 2), Arrays.copyOf(strides, rank - 2), 0),
        strides[rank - 2], strides[rank - 1]);
  }

  boolean isTruth() {
    return mask.type().format().equals(Formats.BOOL);
  }

  /** Where the mask has its element for a key of a row, which counts queries of all heads. */
  int index(int row, int key) {
    return ofBatch.source(row / queryCount) + row % queryCount * queryStride + key * keyStride;
  }

  double at(int row, int key) {
    return mask.elements()[index(row, key)];
  }
}
