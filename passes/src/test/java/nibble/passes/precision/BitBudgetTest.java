package nibble.passes.precision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.passes.precision.BitBudget.Item;
import nibble.passes.precision.BitBudget.Option;
import org.junit.jupiter.api.Test;

class BitBudgetTest {
  private static Item item(double weight, double... bitsAndErrors) {
    ImmutableList.Builder<Option> options = ImmutableList.builder();
    for (int i = 0; i < bitsAndErrors.length; i += 2) {
      options.add(new Option(bitsAndErrors[i], bitsAndErrors[i + 1]));
    }
    return new Item(weight, options.build());
  }

  private static double mean(List<Item> items, List<Integer> chosen) {
    return BitBudget.mean(items, Ints.toArray(chosen));
  }

  private static double error(List<Item> items, List<Integer> chosen) {
    double sum = 0;
    for (int i = 0; i < items.size(); i++) {
      sum += items.get(i).options().get(chosen.get(i)).error();
    }
    return sum;
  }

  @Test
  void withBitsForAllEverythingHasItsLeastError() {
    List<Item> items = List.of(item(1, 4, 1.0, 8, 0.1), item(3, 8, 0.2, 4, 0.3));
    assertEquals(List.of(1, 0), new BitBudget(8).choose(items));
  }

  @Test
  void ofEqualErrorsTheFewerBitsAreTaken() {
    assertEquals(List.of(1), new BitBudget(100).choose(List.of(item(1, 8, 0.5, 4, 0.5))));
  }

  @Test
  void theItemWithTheLeastLossGivesWay() {
    List<Item> items = List.of(item(1, 4, 1.0, 8, 0.1), item(1, 4, 0.2, 8, 0.1));
    assertEquals(List.of(1, 0), new BitBudget(6).choose(items));
  }

  @Test
  void whatIsLeftIsSpent() {
    // The descent takes the large item first, and then has bits for the small one.
    List<Item> items = List.of(item(10, 4, 0.2, 8, 0.1), item(1, 4, 0.15, 8, 0.1));
    assertEquals(List.of(0, 1), new BitBudget(4.5).choose(items));
  }

  @Test
  void aBudgetThatCannotBeKeptTakesTheNarrowest() {
    List<Item> items = List.of(item(1, 4, 1.0, 8, 0.1), item(1, 6, 1.0, 8, 0.1));
    assertEquals(5, BitBudget.least(items));
    assertEquals(List.of(0, 0), new BitBudget(2).choose(items));
  }

  @Test
  void aTargetTakesTheFewestBitsThatReachIt() {
    Item item = item(1, 8, 0.01, 4, 0.1, 16, 0);
    assertEquals(1, BitBudget.narrowest(item, 0.1));
    assertEquals(0, BitBudget.narrowest(item, 0.09));
    assertEquals(2, BitBudget.narrowest(item, 0.001));
    assertEquals(0, BitBudget.narrowest(item(1, 8, 0.01, 4, 0.1), 0.001));
  }

  /** Of items that differ in nothing else, the one with the larger errors has no fewer bits. */
  @Test
  void largerErrorsGetNoFewerBits() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      List<Item> items = new ArrayList<>();
      double[] sizes = random.doubles(6).sorted().toArray();
      for (double size : sizes) {
        items.add(item(1, 4, size, 8, size / 100, 16, size / 10000));
      }
      ImmutableList<Integer> chosen = new BitBudget(4 + 12 * random.nextDouble()).choose(items);
      for (int i = 1; i < items.size(); i++) {
        assertTrue(chosen.get(i) >= chosen.get(i - 1), chosen::toString);
      }
    }
  }

  /** The budget is kept always; the error is never above that of the best choice with one item's largest error more. */
  @Test
  void noChoiceIsMuchBetter() {
    Random random = new Random(2);
    for (int trial = 0; trial < 300; trial++) {
      List<Item> items = new ArrayList<>();
      double most = 0;
      for (int i = 0; i < 5; i++) {
        double error = random.nextDouble();
        most = Math.max(most, error);
        items.add(item(1 + random.nextInt(4), 4, error, 8, error * random.nextDouble(), 16, 0));
      }
      double bits = 4 + 12 * random.nextDouble();
      ImmutableList<Integer> chosen = new BitBudget(bits).choose(items);
      assertTrue(mean(items, chosen) <= bits + 1e-6);
      double best = best(items, bits);
      assertTrue(error(items, chosen) <= best + most, error(items, chosen) + ", best " + best);
    }
  }

  private static double best(List<Item> items, double bits) {
    double best = Double.POSITIVE_INFINITY;
    for (int code = 0; code < Math.pow(3, items.size()); code++) {
      List<Integer> chosen = new ArrayList<>();
      for (int i = 0, rest = code; i < items.size(); i++, rest /= 3) {
        chosen.add(rest % 3);
      }
      if (mean(items, chosen) <= bits + 1e-9) {
        best = Math.min(best, error(items, chosen));
      }
    }
    return best;
  }
}
