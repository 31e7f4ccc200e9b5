package nibble.passes.report;

import java.util.function.BiConsumer;
import java.util.function.Predicate;
import nibble.ir.Module;
import nibble.ir.text.Printer;
import nibble.passes.PassListener;

/**
 * Gives modules, or what changed in them, to whoever prints or stores them.
 *
 * @param when at which moments
 * @param passes of which passes, by name
 * @param printer writes modules
 * @param sink receives a name that sorts in order of the run, such as {@code 03-quantize-after.ir}, and the text
 */
public record Dump(When when, Predicate<String> passes, Printer printer, BiConsumer<String, String> sink)
    implements PassListener {
  private static final int CONTEXT = 2;

  /** Moments of a pass. */
  public enum When {
    /** The module before the pass. */
    BEFORE,
    /** The module after the pass. */
    AFTER,
    /** The module after the pass, if the pass changed it. */
    AFTER_CHANGE,
    /** The lines that the pass changed, if any. */
    DIFF
  }

  @Override
  public void before(Step step, Module module) {
    if (when == When.BEFORE && passes.test(step.pass())) {
      sink.accept(name(step, "before.ir"), printer.print(module));
    }
  }

  @Override
  public void after(Step step, Module before, Module after) {
    if (!passes.test(step.pass())) {
      return;
    }
    switch (when) {
      case BEFORE -> { }
      case AFTER -> sink.accept(name(step, "after.ir"), printer.print(after));
      case AFTER_CHANGE -> {
        if (after != before) {
          sink.accept(name(step, "after.ir"), printer.print(after));
        }
      }
      case DIFF -> {
        if (after != before) {
          LineDiff diff = LineDiff.of(printer.print(before), printer.print(after));
          sink.accept(name(step, "change.diff"), diff.text(CONTEXT));
        }
      }
    }
  }

  private static String name(Step step, String what) {
    return String.format("%02d-%s-%s", step.index(), step.pass(), what);
  }
}
