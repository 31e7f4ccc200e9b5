package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Spends bits where they save most error: chooses one option of each item, so that the weighted mean of the bits keeps
 * within a budget and the sum of the errors is small. This is the greedy descent of "GACT: Activation Compressed
 * Training for Generic Network Architectures" (section 4.3): all items start at their least error, and the one step
 * down that costs the least error for each bit saved is taken until the budget holds; what is left is spent last.
 *
 * @param bits the largest weighted mean
 */
record BitBudget(double bits) {
  /** Sums of bits are those of floating point. */
  private static final double SLACK = 1e-9;

  /** One way to store an item. */
  record Option(double bits, double error) {}

  /**
   * Something to choose for.
   *
   * @param weight its part of the mean
   * @param options not empty
   */
  record Item(double weight, ImmutableList<Option> options) {}

  /** The mean that cannot be undercut. */
  static double least(List<Item> items) {
    return mean(items, items.stream()
        .mapToInt(item -> best(item, Comparator.comparingDouble(Option::bits))).toArray());
  }

  /** The option with the fewest bits whose error is at most that; that of the least error where none is. */
  static int narrowest(Item item, double error) {
    return IntStream.range(0, item.options().size())
        .filter(i -> item.options().get(i).error() <= error)
        .boxed()
        .min(Comparator.comparingDouble(i -> item.options().get(i).bits()))
        .orElseGet(() -> best(item, Comparator.comparingDouble(Option::error)));
  }

  /**
   * The index of an option for each item. A budget below the {@link #least} mean is exceeded by as little as can be.
   */
  ImmutableList<Integer> choose(List<Item> items) {
    int[] chosen = items.stream().mapToInt(item ->
        best(item, Comparator.comparingDouble(Option::error).thenComparingDouble(Option::bits))).toArray();
    OptionalInt next = OptionalInt.of(0);
    while (mean(items, chosen) > bits + SLACK && next.isPresent()) {
      next = cheapest(items, chosen);
      next.ifPresent(i -> chosen[i] = down(items.get(i), chosen[i]).orElseThrow());
    }
    while (raise(items, chosen)) {
      // Until no option fits into what is left.
    }
    return ImmutableList.copyOf(Ints.asList(chosen));
  }

  static double mean(List<Item> items, int[] chosen) {
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < chosen.length; i++) {
      sum += items.get(i).weight() * items.get(i).options().get(chosen[i]).bits();
      weights += items.get(i).weight();
    }
    return weights == 0 ? 0 : sum / weights;
  }

  private static int best(Item item, Comparator<Option> by) {
    return IntStream.range(0, item.options().size()).boxed()
        .min((a, b) -> by.compare(item.options().get(a), item.options().get(b))).orElseThrow();
  }

  /** The item whose step down costs the least error for each bit that it saves. */
  private static OptionalInt cheapest(List<Item> items, int[] chosen) {
    return IntStream.range(0, chosen.length)
        .filter(i -> down(items.get(i), chosen[i]).isPresent())
        .boxed()
        .min(Comparator.comparingDouble(i -> {
          Item item = items.get(i);
          return slope(item, chosen[i], down(item, chosen[i]).orElseThrow()) / item.weight();
        }))
        .map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  /** Of the options with fewer bits that which costs the least error for each bit: the next one of the convex hull. */
  private static OptionalInt down(Item item, int from) {
    return IntStream.range(0, item.options().size())
        .filter(i -> item.options().get(i).bits() < item.options().get(from).bits())
        .boxed()
        .min(Comparator.comparingDouble((Integer i) -> slope(item, from, i))
            .thenComparingDouble(i -> item.options().get(i).bits()))
        .map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  private static double slope(Item item, int from, int to) {
    Option above = item.options().get(from);
    Option below = item.options().get(to);
    return (below.error() - above.error()) / (above.bits() - below.bits());
  }

  /** Takes the one option of less error that saves most and still fits the budget. */
  private boolean raise(List<Item> items, int[] chosen) {
    List<int[]> fitting = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      for (int option = 0; option < items.get(i).options().size(); option++) {
        int[] other = chosen.clone();
        other[i] = option;
        if (gain(items.get(i), chosen[i], option) > 0 && mean(items, other) <= bits + SLACK) {
          fitting.add(new int[] {i, option});
        }
      }
    }
    fitting.stream()
        .max(Comparator.comparingDouble(step -> gain(items.get(step[0]), chosen[step[0]], step[1])))
        .ifPresent(step -> chosen[step[0]] = step[1]);
    return !fitting.isEmpty();
  }

  private static double gain(Item item, int from, int to) {
    return item.options().get(from).error() - item.options().get(to).error();
  }
}
