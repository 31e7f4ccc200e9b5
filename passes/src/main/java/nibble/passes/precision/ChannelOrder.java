package nibble.passes.precision;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.layout.SparseLayout;
import nibble.ir.sparsity.ChannelPermutation;

/**
 * Finds the order of channels in which weights keep most when they are pruned to N:M or V:N:M.
 *
 * @param layout that they are pruned to
 * @param rounds of {@link ChannelPermutation}
 */
record ChannelOrder(SparseLayout layout, int rounds) {
  /** Columns that V:N:M keeps of M. */
  private static final int COLUMNS = 4;

  ChannelOrder {
    if (!layout.keyword().isEmpty() || layout.numbers().size() > 3 || layout.numbers().size() < 2) {
      throw new IllegalArgumentException("channels are permuted for N:M and V:N:M, not for " + layout.text());
    }
  }

  private boolean isVenom() {
    return layout.numbers().size() == 3;
  }

  /** Rows that keep the same columns. */
  private int blockRows() {
    return isVenom() ? Math.toIntExact(layout.numbers().getFirst()) : 1;
  }

  /** Columns of a group. */
  int groupSize() {
    return Math.toIntExact(layout.numbers().getLast());
  }

  private int kept() {
    return isVenom() ? COLUMNS : Math.toIntExact(layout.numbers().getFirst());
  }

  /**
   * The channel at each place.
   *
   * @param consumers scores of weights that sum over the channels, with channels along the columns
   * @param producers scores of weights whose output channels they are, with channels along the rows
   * @param channels how many there are
   */
  int[] of(List<double[]> consumers, List<double[]> producers, int channels) {
    double[] energy = stacked(consumers.stream().map(weight -> energyOfBlocks(weight, channels)).toList());
    int[] order = ChannelPermutation.ofColumns(energy, channels, groupSize(), kept(), rounds);
    boolean movesRows = isVenom() && blockRows() % groupSize() == 0 && channels % blockRows() == 0
        && !producers.isEmpty() && blockRows() > groupSize();
    return movesRows ? withRows(order, producers) : order;
  }

  /** Groups of columns stay together; which of them share a block of rows is changed. */
  private int[] withRows(int[] order, List<double[]> producers) {
    int size = groupSize();
    int count = order.length / size;
    List<double[]> energies = producers.stream().map(weight -> energyOfUnits(weight, order)).toList();
    int columns = energies.stream().mapToInt(energy -> energy.length / count).sum();
    double[] energy = new double[count * columns];
    for (int unit = 0; unit < count; unit++) {
      int at = unit * columns;
      for (double[] one : energies) {
        int width = one.length / count;
        System.arraycopy(one, unit * width, energy, at, width);
        at += width;
      }
    }
    int[] units = ChannelPermutation.ofRows(energy, columns, blockRows() / size, size, kept(), rounds);
    return Arrays.stream(units)
        .flatMap(unit -> IntStream.range(0, size).map(i -> order[unit * size + i])).toArray();
  }

  private static double[] stacked(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private double[] energyOfBlocks(double[] weight, int columns) {
    int rows = weight.length / columns;
    double[] energy = new double[Math.ceilDiv(rows, blockRows()) * columns];
    for (int i = 0; i < weight.length; i++) {
      energy[i / columns / blockRows() * columns + i % columns] += weight[i] * weight[i];
    }
    return energy;
  }

  private double[] energyOfUnits(double[] weight, int[] order) {
    int columns = weight.length / order.length;
    double[] energy = new double[order.length / groupSize() * columns];
    for (int place = 0; place < order.length; place++) {
      for (int column = 0; column < columns; column++) {
        double element = weight[order[place] * columns + column];
        energy[place / groupSize() * columns + column] += element * element;
      }
    }
    return energy;
  }

  /** The share of the energy of a matrix that pruning keeps, with its columns or rows in an order. */
  double kept(double[] weight, int columns, int[] order, boolean ofRows) {
    double[] moved = new double[weight.length];
    Arrays.setAll(moved, i -> ofRows
        ? weight[order[i / columns] * columns + i % columns] : weight[i / columns * columns + order[i % columns]]);
    boolean[] keep = layout.select(moved, columns);
    double all = 0;
    double left = 0;
    for (int i = 0; i < moved.length; i++) {
      all += moved[i] * moved[i];
      left += keep[i] ? moved[i] * moved[i] : 0;
    }
    return all == 0 ? 1 : left / all;
  }
}
