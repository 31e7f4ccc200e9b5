package nibble.passes.validate;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.eval.Comparison;
import nibble.passes.NumericEffect;

/**
 * How a pass kept its promise.
 *
 * @param pass its name
 * @param effect what it promised
 * @param functions one for each function that the pass changed
 * @param problem what is wrong besides numbers, such as a decision record that is missing
 */
public record ValidationReport(
    String pass, NumericEffect effect, ImmutableList<FunctionReport> functions, Optional<String> problem) {

  /**
   * How the numbers of one function moved.
   *
   * @param function its name
   * @param distance of its results in exact interpretation, where they are finite before and after
   * @param elements how many elements its results have
   * @param unbounded how many of them have no finite bound, so that any finite value would have been accepted
   * @param failure what moved too far
   */
  public record FunctionReport(
      String function, Comparison distance, long elements, long unbounded, Optional<Failure> failure) {}

  /**
   * A result that moved too far.
   *
   * @param check which comparison found it
   * @param where which result and element, with the values: {@code result 0 at [1, 2]: 0.5 before, ...}
   * @param firstOperation the first operation that differs too much, where it has one counterpart before the pass
   */
  public record Failure(String check, String where, Optional<String> firstOperation) {}

  public boolean ok() {
    return problem.isEmpty() && functions.stream().allMatch(function -> function.failure().isEmpty());
  }

  /** For people: one line where all is well, a few where it is not. */
  public String text() {
    StringBuilder text = new StringBuilder(pass + " (" + effect.text() + "): " + (ok() ? "kept" : "NOT KEPT") + "\n");
    problem.ifPresent(what -> text.append("  ").append(what).append('\n'));
    for (FunctionReport report : functions) {
      text.append("  @").append(report.function()).append(": ").append(text(report.distance()));
      if (report.unbounded() > 0) {
        text.append(", " + report.unbounded() + " of " + report.elements() + " elements unbounded");
      }
      text.append('\n');
      report.failure().ifPresent(failure -> {
        text.append("    ").append(failure.check()).append(", ").append(failure.where()).append('\n');
        failure.firstOperation().ifPresent(first ->
            text.append("    first operation that differs: ").append(first).append('\n'));
      });
    }
    return text.toString();
  }

  private static String text(Comparison distance) {
    return distance.maxAbsError() == 0
        ? "no difference"
        : String.format(Locale.ROOT, "max difference %.3g, cosine %.9f, SQNR %.1f dB",
            distance.maxAbsError(), distance.cosine(), distance.sqnrDb());
  }
}
