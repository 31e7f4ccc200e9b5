package nibble.ir.diagnostic;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Did-you-mean: the candidate nearest to a misspelt name. */
public final class Suggestion {
  private Suggestion() {}

  /** {@code did you mean 'softmax'?}, where some candidate is near enough. */
  public static Optional<String> didYouMean(String name, Collection<String> candidates) {
    return nearest(name, candidates).map(candidate -> "did you mean '" + candidate + "'?");
  }

  /**
   * The candidate with the least edit distance, where that is at most a third of the name's length (and at least 1); of
   * several, the one that begins like the name for longest.
   */
  public static Optional<String> nearest(String name, Collection<String> candidates) {
    int allowed = Math.max(1, name.length() / 3);
    String wanted = name.toLowerCase(Locale.ROOT);
    return candidates.stream()
        .filter(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT)) <= allowed)
        .min(Comparator.comparingInt((String candidate) -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
            .thenComparing(candidate -> -Strings.commonPrefix(wanted, candidate.toLowerCase(Locale.ROOT)).length())
            .thenComparing(Comparator.naturalOrder()));
  }

  /** The candidates by rising edit distance, at most that many: what to list where no candidate is near. */
  public static ImmutableList<String> ranked(String name, Collection<String> candidates, int count) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return candidates.stream()
        .distinct()
        .sorted(Comparator.comparingInt((String candidate) -> distance(wanted, candidate.toLowerCase(Locale.ROOT)))
            .thenComparing(Comparator.naturalOrder()))
        .limit(count)
        .collect(ImmutableList.toImmutableList());
  }

  /** Edits, insertions, deletions and swaps of neighbours (optimal string alignment). */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int substitution = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(substitution, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
