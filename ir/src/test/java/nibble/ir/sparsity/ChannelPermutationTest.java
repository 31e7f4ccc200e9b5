package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ChannelPermutationTest {
  private static double[] positive(int count, long seed) {
    Random random = new Random(seed);
    double[] numbers = new double[count];
    // A few are much stronger than the others.
    Arrays.setAll(numbers, i -> Math.pow(random.nextDouble(), 4));
    return numbers;
  }

  /** What blocks of rows keep of columns in an order: the largest of each group. */
  private static double kept(double[] energy, int[] order, int size, int kept) {
    double sum = 0;
    for (int block = 0; block < energy.length; block += order.length) {
      for (int first = 0; first < order.length; first += size) {
        int at = block;
        sum += Arrays.stream(order, first, first + size).mapToDouble(column -> energy[at + column])
            .map(x -> -x).sorted().limit(kept).map(x -> -x).sum();
      }
    }
    return sum;
  }

  private static void assertPermutation(int[] order) {
    assertArrayEquals(IntStream.range(0, order.length).toArray(), Arrays.stream(order).sorted().toArray());
  }

  @Property(tries = 30)
  void roundsKeepMore(@ForAll int seed, @ForAll @IntRange(min = 1, max = 4) int blocks) {
    double[] energy = positive(blocks * 64, seed);
    double before = 0;
    for (int rounds = 0; rounds < 3; rounds++) {
      int[] order = ChannelPermutation.ofColumns(energy, 64, 8, 4, rounds);
      assertPermutation(order);
      double now = kept(energy, order, 8, 4);
      assertTrue(now >= before - 1e-12);
      before = now;
    }
    assertTrue(before >= kept(energy, IntStream.range(0, 64).toArray(), 8, 4));
  }

  /** With one block, the larger half of all columns is kept, which is the most that any order can keep. */
  @Property(tries = 30)
  void oneBlockKeepsTheLargestOfAll(@ForAll int seed) {
    double[] energy = positive(32, seed);
    double most = Arrays.stream(energy).map(x -> -x).sorted().limit(16).map(x -> -x).sum();
    assertEquals(most, kept(energy, ChannelPermutation.ofColumns(energy, 32, 8, 4, 1), 8, 4), 1e-12);
  }

  /** Units that need the same columns come to share a block. */
  @Example
  void rowsOfOneKindShareABlock() {
    double[] energy = new double[8 * 16];
    for (int unit = 0; unit < 8; unit++) {
      for (int column = 0; column < 16; column++) {
        energy[unit * 16 + column] = (unit % 2 == 0) == (column % 8 < 4) ? 1 : 0;
      }
    }
    int[] order = ChannelPermutation.ofRows(energy, 16, 4, 8, 4, 4);
    assertPermutation(order);
    for (int block = 0; block < 8; block += 4) {
      int first = order[block] % 2;
      assertTrue(Arrays.stream(order, block, block + 4).allMatch(unit -> unit % 2 == first), Arrays.toString(order));
    }
  }

  /** The Hungarian method against all permutations. */
  @Property(tries = 100)
  void theBestAssignmentOfAll(@ForAll int seed, @ForAll @IntRange(min = 1, max = 6) int size) {
    Random random = new Random(seed);
    double[][] gain = new double[size][size];
    for (double[] row : gain) {
      Arrays.setAll(row, i -> random.nextInt(10) - 5);
    }
    int[] columns = LinearAssignment.best(gain);
    assertPermutation(columns);
    double found = IntStream.range(0, size).mapToDouble(row -> gain[row][columns[row]]).sum();
    assertEquals(most(gain, 0, new boolean[size]), found, 1e-12);
  }

  private static double most(double[][] gain, int row, boolean[] taken) {
    if (row == gain.length) {
      return 0;
    }
    double most = Double.NEGATIVE_INFINITY;
    for (int column = 0; column < gain.length; column++) {
      if (!taken[column]) {
        taken[column] = true;
        most = Math.max(most, gain[row][column] + most(gain, row + 1, taken));
        taken[column] = false;
      }
    }
    return most;
  }
}
