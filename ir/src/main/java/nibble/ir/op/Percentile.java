package nibble.ir.op;

import java.util.Arrays;
import nibble.ir.OpInfo;
import nibble.ir.bound.ErrorModel;
import nibble.ir.layout.Granularity;

/**
 * The magnitude that a share of the elements of each box do not exceed: the least that so many of them are at most. A
 * range for a quantizer that clips the few elements beyond it. NaN where a box has one, 0 for a box without elements.
 *
 * @param granularity the boxes
 * @param share more than 0 and at most 1, which gives the largest magnitude
 */
@OpInfo(name = "percentile", summary = "magnitude that a share of the elements of each box do not exceed")
public record Percentile(Granularity granularity, double share) implements RangeOp {
  public Percentile {
    if (!(share > 0) || share > 1) {
      throw new IllegalArgumentException("a share of elements is more than 0 and at most 1, not " + share);
    }
  }

  @Override
  public double range(double[] magnitudes) {
    Arrays.sort(magnitudes);
    int length = magnitudes.length;
    boolean isNaN = length > 0 && Double.isNaN(magnitudes[length - 1]);
    int rank = Math.clamp((long) Math.ceil(share * length), 1, Math.max(1, length));
    return length == 0 ? 0 : isNaN ? Double.NaN : magnitudes[rank - 1];
  }

  /** Of numbers that are off by some amount, each order statistic is off by no more. */
  @Override
  public double rangeError(double amax, double inherited, double range, ErrorModel model) {
    return Double.isInfinite(range) ? Double.POSITIVE_INFINITY : inherited;
  }
}
