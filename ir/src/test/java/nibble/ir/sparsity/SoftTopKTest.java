package nibble.ir.sparsity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class SoftTopKTest {
  private static double[] row(long seed) {
    Random random = new Random(seed);
    double[] weights = IntStream.range(0, 24).mapToDouble(_ -> Math.exp(2 * random.nextGaussian())).toArray();
    double sum = DoubleStream.of(weights).sum();
    return DoubleStream.of(weights).map(weight -> weight / sum).toArray();
  }

  private static Map<String, double[]> golden() throws IOException {
    Map<String, double[]> golden = new HashMap<>();
    try (InputStream file = SoftTopKTest.class.getResourceAsStream("soft-top-k.txt")) {
      for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        String[] words = line.split(" ");
        if (!line.startsWith("#")) {
          golden.put(words[0], Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray());
        }
      }
    }
    return golden;
  }

  /** Numbers that were computed elsewhere, to as many digits as are written. */
  @Example
  void goldenVectors() throws IOException {
    Map<String, double[]> golden = golden();
    SoftTopK soft =
        SoftTopK.of(golden.get("row"), golden.get("temperature")[0], golden.get("target")[0]);
    assertEquals(golden.get("shift")[0], soft.shift(), 5e-7);
    assertArrayEquals(golden.get("selection"), soft.selection(), 5e-7);
    assertArrayEquals(golden.get("gradient"), soft.gradient(golden.get("upstream")), 5e-7);
  }

  /** T45: it adds up to the target, and cold it is the hard selection. */
  @Property(tries = 50)
  void itAddsUpAndBecomesHard(@ForAll int seed) {
    double[] row = row(seed);
    for (double target : new double[] {0.5, 1, 3, 12, 23.5}) {
      assertEquals(target, DoubleStream.of(SoftTopK.of(row, 0.1, target).selection()).sum(), 1e-9);
    }
    double[] sorted = DoubleStream.of(row).sorted().toArray();
    double[] cold = SoftTopK.of(row, (sorted[21] - sorted[20]) / 100, 3).selection();
    for (int i = 0; i < row.length; i++) {
      assertEquals(row[i] >= sorted[21] ? 1 : 0, cold[i], 1e-9);
    }
  }

  /** T48: finite differences, of a loss that is a weighted sum of the selection. */
  @Property(tries = 50)
  void theGradientIsThatOfDifferences(@ForAll int seed) {
    double[] row = row(seed);
    double[] upstream = new Random(seed + 1L).doubles(row.length, -1, 1).toArray();
    double[] gradient = SoftTopK.of(row, 0.1, 3).gradient(upstream);
    assertEquals(0, DoubleStream.of(gradient).sum(), 1e-9);
    double step = 1e-5;
    for (int i = 0; i < row.length; i++) {
      double difference = (loss(row, i, step, upstream) - loss(row, i, -step, upstream)) / (2 * step);
      assertEquals(difference, gradient[i], 1e-6, "element " + i);
    }
  }

  private static double loss(double[] row, int moved, double by, double[] upstream) {
    double[] other = row.clone();
    other[moved] += by;
    double[] selection = SoftTopK.of(other, 0.1, 3).selection();
    return IntStream.range(0, row.length).mapToDouble(i -> upstream[i] * selection[i]).sum();
  }

  @Example
  void whatCannotBeSelectedIsRefused() {
    for (double target : new double[] {0, -1, 4, 5, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> SoftTopK.of(new double[4], 0.1, target));
    }
    assertThrows(IllegalArgumentException.class, () -> SoftTopK.of(new double[4], 0, 1));
    assertTrue(SoftTopK.of(new double[4], 0.1, 1).selection()[2] == 0.25, "what is the same has the same share");
  }
}
