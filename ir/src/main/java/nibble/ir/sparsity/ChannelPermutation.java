package nibble.ir.sparsity;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import nibble.ir.eval.Parallel;

/**
 * Orders of channels in which a sparse layout keeps more ("Beyond 2:4: exploring V:N:M sparsity for efficient
 * transformer inference on GPUs", section on channel permutation): of each group of channels only some are kept, so
 * that strong ones had better not share a group.
 *
 * <p>Groups start with channels of all strengths. Then one channel of each group is taken out, and all of these are
 * given to the groups anew, in the way that keeps most, which is a linear assignment. A round does so for each place in
 * a group. Blocks of rows start with those that fit each other, and go on in the same way.
 */
public final class ChannelPermutation {
  private ChannelPermutation() {}

  /**
   * An order of columns.
   *
   * @param energy of columns in blocks of rows which keep the same columns, row by row
   * @param columns of a row
   * @param size of a group of columns, which divides them
   * @param kept how many of a group are kept in each block
   * @param rounds how often groups are filled anew
   * @return the column at each place
   */
  public static int[] ofColumns(double[] energy, int columns, int size, int kept, int rounds) {
    int blocks = columns == 0 ? 0 : energy.length / columns;
    int[][] groups = dealt(energy, columns, size);
    for (int round = 0; round < rounds; round++) {
      for (int place = 0; place < size; place++) {
        assign(groups, place, columnGains(energy, columns, blocks, groups, place, kept));
      }
    }
    return Arrays.stream(groups).flatMapToInt(Arrays::stream).toArray();
  }

  /** Groups with a column of each strength: the strongest columns are the first ones, and so on. */
  private static int[][] dealt(double[] energy, int columns, int size) {
    double[] sums = new double[columns];
    for (int i = 0; i < energy.length; i++) {
      sums[i % columns] += energy[i];
    }
    int[] sorted = IntStream.range(0, columns).boxed()
        .sorted(Comparator.comparingDouble(column -> -sums[column])).mapToInt(Integer::intValue).toArray();
    int count = columns / size;
    int[][] groups = new int[count][size];
    for (int i = 0; i < columns; i++) {
      groups[i % count][i / count] = sorted[i];
    }
    return groups;
  }

  /** What each group keeps more with each of the columns that are taken out, than without any. */
  private static double[][] columnGains(
      double[] energy, int columns, int blocks, int[][] groups, int place, int kept) {
    int count = groups.length;
    double[][] least = new double[count][blocks];
    Parallel.rows(count, group -> {
      double[] others = new double[groups[group].length - 1];
      for (int block = 0; block < blocks; block++) {
        for (int i = 0; i < others.length; i++) {
          others[i] = energy[block * columns + groups[group][i < place ? i : i + 1]];
        }
        least[group][block] = leastOfLargest(others, kept);
      }
    });
    double[][] gains = new double[count][count];
    Parallel.rows(count, from -> {
      for (int to = 0; to < count; to++) {
        for (int block = 0; block < blocks; block++) {
          gains[from][to] += Math.max(0, energy[block * columns + groups[from][place]] - least[to][block]);
        }
      }
    });
    return gains;
  }

  /** The smallest of the largest, which a larger one would drive out; 0 where there are fewer. */
  private static double leastOfLargest(double[] values, int count) {
    if (values.length < count) {
      return 0;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - count];
  }

  private static void assign(int[][] groups, int place, double[][] gains) {
    int[] to = LinearAssignment.best(gains);
    int[] taken = Arrays.stream(groups).mapToInt(group -> group[place]).toArray();
    for (int from = 0; from < groups.length; from++) {
      groups[to[from]][place] = taken[from];
    }
  }

  /**
   * An order of units of rows, so many of which keep the same columns.
   *
   * @param energy of the columns of units, unit by unit
   * @param columns of a unit
   * @param units that share a block, which divides their count
   * @param size of a group of columns, which divides them
   * @param kept how many of a group are kept
   * @param rounds how often blocks are filled anew
   * @return the unit at each place
   */
  public static int[] ofRows(double[] energy, int columns, int units, int size, int kept, int rounds) {
    int count = columns == 0 ? 0 : energy.length / columns;
    int[][] blocks = gathered(energy, columns, count, units, size, kept);
    for (int round = 0; round < rounds; round++) {
      for (int place = 0; place < units; place++) {
        assign(blocks, place, rowGains(energy, columns, blocks, place, size, kept));
      }
    }
    return Arrays.stream(blocks).flatMapToInt(Arrays::stream).toArray();
  }

  /** Blocks that each start with the strongest unit that is left, to which come those that fit it best. */
  private static int[][] gathered(double[] energy, int columns, int count, int units, int size, int kept) {
    int[][] blocks = new int[count / units][units];
    boolean[] taken = new boolean[count];
    for (int[] block : blocks) {
      double[] together = new double[columns];
      for (int place = 0; place < units; place++) {
        block[place] = best(energy, together, taken, size, kept);
        taken[block[place]] = true;
        add(together, energy, block[place] * columns);
      }
    }
    return blocks;
  }

  private static int best(double[] energy, double[] together, boolean[] taken, int size, int kept) {
    double[] sums = new double[taken.length];
    Parallel.rows(taken.length, unit -> {
      if (!taken[unit]) {
        double[] with = together.clone();
        add(with, energy, unit * with.length);
        sums[unit] = kept(with, size, kept);
      }
    });
    return IntStream.range(0, taken.length).filter(unit -> !taken[unit]).boxed()
        .max(Comparator.comparingDouble(unit -> sums[unit])).orElseThrow();
  }

  private static double[][] rowGains(
      double[] energy, int columns, int[][] blocks, int place, int size, int kept) {
    int count = blocks.length;
    double[][] others = new double[count][columns];
    Parallel.rows(count, block -> {
      for (int i = 0; i < blocks[block].length; i++) {
        if (i != place) {
          add(others[block], energy, blocks[block][i] * columns);
        }
      }
    });
    double[][] gains = new double[count][count];
    Parallel.rows(count, from -> {
      for (int to = 0; to < count; to++) {
        double[] together = others[to].clone();
        add(together, energy, blocks[from][place] * columns);
        gains[from][to] = kept(together, size, kept);
      }
    });
    return gains;
  }

  private static void add(double[] sums, double[] energy, int from) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += energy[from + i];
    }
  }

  /** What is kept of the columns of a block. */
  private static double kept(double[] energy, int size, int kept) {
    double sum = 0;
    for (int first = 0; first < energy.length; first += size) {
      double[] group = Arrays.copyOfRange(energy, first, first + size);
      Arrays.sort(group);
      for (int i = size - kept; i < size; i++) {
        sum += group[i];
      }
    }
    return sum;
  }
}
