package nibble.ir.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;

class MagnitudeSelectionTest {
  private static boolean majority(boolean a, boolean b, boolean c) {
    return a && b || a && c || b && c;
  }

  /** The comparisons of sparse kernels: all that four magnitudes of few values can be, so that there are ties. */
  @Example
  void twoOfFourIsWhatKernelsCompare() {
    for (int i = 0; i < 256; i++) {
      double[] a = {i % 4, -(i / 4 % 4), i / 16 % 4, -(i / 64)};
      double[] m = {Math.abs(a[0]), Math.abs(a[1]), Math.abs(a[2]), Math.abs(a[3])};
      boolean x1 = m[0] > m[1];
      boolean x2 = m[0] > m[2];
      boolean x3 = m[0] > m[3];
      boolean x4 = m[1] > m[2];
      boolean x5 = m[1] > m[3];
      boolean x6 = m[2] > m[3];
      boolean[] expected = {
          majority(x1, x2, x3), majority(!x1, x4, x5), majority(!x2, !x4, x6), majority(!x3, !x5, !x6)};
      assertArrayEquals(expected, new NOfM(2, 4).select(a, 4));
    }
  }

  private static double sum(double[] elements, boolean[] keep) {
    double sum = 0;
    for (int i = 0; i < elements.length; i++) {
      sum += keep[i] ? Math.abs(elements[i]) : 0;
    }
    return sum;
  }

  /** Integers, whose sums are exact. */
  private static double[] integers(int count, long seed) {
    return new Random(seed).ints(count, -9, 10).asDoubleStream().toArray();
  }

  @Property(tries = 200)
  void pairsOfTheLargestSums(@ForAll long seed) {
    double[] elements = integers(8, seed);
    double most = 0;
    for (int one = 0; one < 4; one++) {
      for (int other = one + 1; other < 4; other++) {
        boolean[] keep = new boolean[8];
        keep[2 * one] = true;
        keep[2 * one + 1] = true;
        keep[2 * other] = true;
        keep[2 * other + 1] = true;
        most = Math.max(most, sum(elements, keep));
      }
    }
    boolean[] kept = new NOfM(4, 8).select(elements, 8);
    assertEquals(most, sum(elements, kept));
    for (int pair = 0; pair < 8; pair += 2) {
      assertEquals(kept[pair], kept[pair + 1]);
    }
  }

  /** Columns by brute force over all sets of four; then the largest of the four in each row. */
  @Property(tries = 200)
  void venomKeepsTheFourLargestColumns(
      @ForAll long seed, @ForAll @IntRange(min = 4, max = 9) int m, @ForAll @IntRange(min = 1, max = 4) int n) {
    int v = 3;
    double[] elements = integers(v * m, seed);
    double most = 0;
    int best = 0;
    // Later columns are in higher bits, so that of equal sums the highest set is the one of the last columns.
    for (int set = 0; set < 1 << m; set++) {
      boolean[] keep = new boolean[elements.length];
      for (int i = 0; i < keep.length; i++) {
        keep[i] = (set >> i % m & 1) == 1;
      }
      if (Integer.bitCount(set) == 4 && sum(elements, keep) >= most) {
        most = sum(elements, keep);
        best = set;
      }
    }
    boolean[] kept = new VNOfM(v, n, m).select(elements, m);
    for (int row = 0; row < v; row++) {
      int count = 0;
      for (int column = 0; column < m; column++) {
        boolean has = kept[row * m + column];
        count += has ? 1 : 0;
        assertTrue(!has || (best >> column & 1) == 1, "column " + column);
        for (int other = 0; other < m && has; other++) {
          boolean dropped = (best >> other & 1) == 1 && !kept[row * m + other];
          assertTrue(!dropped || Math.abs(elements[row * m + column]) >= Math.abs(elements[row * m + other]));
        }
      }
      assertEquals(n, count);
    }
  }

  @Property(tries = 100)
  void fourColumnsOfFourAreTwoOfFour(@ForAll long seed) {
    double[] elements = integers(32, seed);
    assertArrayEquals(new NOfM(2, 4).select(elements, 8), new VNOfM(4, 2, 4).select(elements, 8));
  }
}
