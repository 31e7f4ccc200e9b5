package nibble.codegen.cost;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.GroupPattern;
import nibble.ir.layout.SparseLayout;

/**
 * How much of a weight is stored and read.
 *
 * @param stored share of its elements that is stored
 * @param columns share of the channels that are summed over which a block of rows reads; the others are skipped
 * @param blockRows output channels that read the same of them; 0 where all read all
 * @param hasCodes whether groups have codes, which instructions take
 */
record WeightDensity(double stored, double columns, long blockRows, boolean hasCodes) {
  static final WeightDensity DENSE = new WeightDensity(1, 1, 0, false);
  private static final double GATHERED = 4;

  /** Of blocks, and of layouts that sparse instructions take; nothing of others, which are multiplied as dense ones. */
  static Optional<WeightDensity> of(SparseLayout layout) {
    ImmutableList<Long> numbers = layout.numbers();
    if (layout instanceof BlockSparse blocks) {
      double share = blocks.n() / (double) blocks.m();
      return Optional.of(new WeightDensity(share, share, blocks.rows(), false));
    }
    if (!layout.keyword().isEmpty()) {
      return Optional.empty();
    }
    if (numbers.size() == 2 && GroupPattern.of(numbers.get(0), numbers.get(1)).isPresent()) {
      return Optional.of(new WeightDensity(numbers.get(0) / (double) numbers.get(1), 1, 0, true));
    }
    if (numbers.size() == 3 && numbers.get(1) == 2) {
      return Optional.of(new WeightDensity(2.0 / numbers.get(2), GATHERED / numbers.get(2), numbers.get(0), true));
    }
    return Optional.empty();
  }

  boolean isDense() {
    return stored == 1;
  }

  /** Whether kept columns are gathered. */
  boolean gathers() {
    return columns < 1;
  }
}
