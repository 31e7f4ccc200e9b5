package nibble.codegen;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the names that a misspelled one may have been meant to be. */
public final class DidYouMean {
  private static final int MOST = 3;

  private DidYouMean() {}

  /** Known names that differ from the given one by at most a third of its letters, the closest first. */
  public static List<String> closest(String name, Collection<String> known) {
    record Distance(String name, int edits) {}

    return known.stream()
        .map(candidate -> new Distance(candidate, edits(name, candidate)))
        .filter(distance -> distance.edits() <= Math.max(1, name.length() / 3))
        .sorted(Comparator.comparingInt(Distance::edits).thenComparing(Distance::name))
        .limit(MOST)
        .map(Distance::name)
        .toList();
  }

  /** A sentence to append to an error message; empty where nothing is close. */
  public static String hint(String name, Collection<String> known) {
    List<String> closest = closest(name, known);
    return closest.isEmpty() ? "" : "; did you mean " + String.join(" or ", closest) + "?";
  }

  /** The least number of letters to insert, remove or replace. */
  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[to.length() + 1];
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
