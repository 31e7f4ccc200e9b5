package nibble.dsl.lower;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.WeightCatalog;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Span;
import nibble.ir.Registry;

/** What is shared by all of one compilation. */
final class Session {
  /** Steps of lowering: statements, iterations and operations. A large model takes some ten thousand. */
  private static final int MAX_STEPS = 200_000;

  /** Levels of expressions and calls, so that the stack suffices. */
  private static final int MAX_DEPTH = 600;

  private final Registry registry;
  private final Optional<WeightCatalog> catalog;
  private final Reporter reporter;
  private final Usage usage = new Usage();
  private final Set<Span> lowered = new HashSet<>();
  private int steps;
  private int depth;

  Session(Registry registry, Optional<WeightCatalog> catalog, Reporter reporter) {
    this.registry = registry;
    this.catalog = catalog;
    this.reporter = reporter;
  }

  /** The program is too large to expand; an error has been reported. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TooLarge() {
      super("too large", null, false, false);
    }
  }

  Registry registry() {
    return registry;
  }

  Optional<WeightCatalog> catalog() {
    return catalog;
  }

  Reporter reporter() {
    return reporter;
  }

  Usage usage() {
    return usage;
  }

  /** Counts a step. */
  void step(Span at) {
    if (++steps > MAX_STEPS) {
      reporter.report(at.error("the program becomes too large when its loops and calls are expanded here")
          .note("at most " + MAX_STEPS + " steps are expanded")
          .hint("a loop over a symbolic size stays a loop"));
      throw new TooLarge();
    }
  }

  /** Goes one level deeper; says whether that is too deep. */
  boolean enter() {
    return ++depth <= MAX_DEPTH;
  }

  void leave() {
    depth--;
  }

  /** Remembers that a function was lowered for some use, so that it needs no check of its own. */
  void markLowered(Declaration.Function function) {
    lowered.add(function.identifier().span());
  }

  boolean wasLowered(Declaration.Function function) {
    return lowered.contains(function.identifier().span());
  }
}
