package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import nibble.ir.diagnostic.Suggestion;

/** The names of a file that a user may have meant. */
record NearNames(ImmutableSortedSet<String> names) {
  private static final int MAX = 3;
  // Beyond that, an edit distance to each name would take seconds.
  private static final int MAX_CANDIDATES = 20_000;
  private static final int MAX_LENGTH = 300;

  /** Names that end alike (a missing or superfluous prefix), then the name with the least edit distance. */
  ImmutableList<String> to(String wanted) {
    Set<String> near = new LinkedHashSet<>();
    String lower = wanted.toLowerCase(Locale.ROOT);
    names.stream().filter(name -> sameTail(name.toLowerCase(Locale.ROOT), lower)).limit(MAX).forEach(near::add);
    List<String> comparable = names.stream()
        .filter(name -> name.length() <= MAX_LENGTH && Math.abs(name.length() - wanted.length()) <= wanted.length() / 3)
        .limit(MAX_CANDIDATES)
        .toList();
    if (wanted.length() <= MAX_LENGTH) {
      Suggestion.nearest(wanted, comparable).ifPresent(near::add);
    }
    return near.stream().limit(MAX).collect(ImmutableList.toImmutableList());
  }

  private static boolean sameTail(String name, String wanted) {
    return name.endsWith("." + wanted) || wanted.endsWith("." + name);
  }
}
