package nibble.dsl.report;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.Diagnostic.Severity;

/**
 * Collects diagnostics. Of several at the same place the first alone is kept: a block is lowered once for each
 * instance, and what is wrong with it is said once.
 */
public final class Reporter {
  private final Map<Location, Diagnostic> first = new LinkedHashMap<>();
  private final Map<Location, Integer> repeated = new HashMap<>();
  private boolean hasErrors;

  public void report(Diagnostic diagnostic) {
    Diagnostic known = first.putIfAbsent(diagnostic.location(), diagnostic);
    if (known == null) {
      hasErrors |= diagnostic.severity() == Severity.ERROR;
    } else if (!known.equals(diagnostic) && withoutNumbers(known).equals(withoutNumbers(diagnostic))) {
      repeated.merge(diagnostic.location(), 1, Integer::sum);
    }
  }

  public boolean hasErrors() {
    return hasErrors;
  }

  /** All diagnostics: files in the order in which they were first complained about, each from top to bottom. */
  public ImmutableList<Diagnostic> all() {
    List<Diagnostic> sorted = new ArrayList<>();
    first.forEach((location, diagnostic) -> sorted.add(withCount(diagnostic, repeated.getOrDefault(location, 0))));
    List<String> files = sorted.stream().map(diagnostic -> diagnostic.location().file()).distinct().toList();
    sorted.sort(Comparator
        .comparingInt((Diagnostic diagnostic) -> files.indexOf(diagnostic.location().file()))
        .thenComparingInt(diagnostic -> diagnostic.location().line())
        .thenComparingInt(diagnostic -> diagnostic.location().column()));
    return ImmutableList.copyOf(sorted);
  }

  /** What is left of a message when names such as {@code layer.3} are made equal. */
  private static String withoutNumbers(Diagnostic diagnostic) {
    return diagnostic.message().replaceAll("\\d+", "");
  }

  private static Diagnostic withCount(Diagnostic diagnostic, int more) {
    return switch (more) {
      case 0 -> diagnostic;
      case 1 -> diagnostic.note("the same in one more expansion");
      default -> diagnostic.note("the same in " + more + " more expansions");
    };
  }
}
