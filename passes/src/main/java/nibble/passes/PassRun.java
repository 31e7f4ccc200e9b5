package nibble.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.passes.validate.ValidationReport;

/**
 * What a pipeline did.
 *
 * @param input the module before the first pass
 * @param output the module after the last
 * @param steps one for each pass
 * @param made weights of the output that the model does not have
 */
public record PassRun(Module input, Module output, ImmutableList<StepReport> steps, MadeWeights made) {
  /**
   * What one pass did.
   *
   * @param pass its name
   * @param text its pipeline text
   * @param time how long it ran, verification and validation not counted
   * @param changed whether it returned another module
   * @param decisions what it decided
   * @param orders of output channels that it gave to products, by where these are: the channel as it was at each place
   * @param validation how its effect was checked, where that was asked for
   */
  public record StepReport(
      String pass,
      String text,
      Duration time,
      boolean changed,
      ImmutableList<Decision> decisions,
      ImmutableMap<Location, ImmutableList<Integer>> orders,
      Optional<ValidationReport> validation) {}

  /** All decisions, in order. */
  public ImmutableList<Decision> decisions() {
    return steps.stream().flatMap(step -> step.decisions().stream()).collect(ImmutableList.toImmutableList());
  }

  /**
   * The orders of output channels that products have now, by where they are: the channel of the input at each place.
   */
  public ImmutableMap<Location, ImmutableList<Integer>> orders() {
    Map<Location, ImmutableList<Integer>> all = new HashMap<>();
    steps.forEach(step -> step.orders().forEach((product, order) -> all.merge(
        product, order, (before, after) -> after.stream().map(before::get).collect(ImmutableList.toImmutableList()))));
    return ImmutableMap.copyOf(all);
  }

  /** The passes that did not keep their promise; none where nothing was validated. */
  public ImmutableList<ValidationReport> failures() {
    return steps.stream()
        .flatMap(step -> step.validation().stream())
        .filter(report -> !report.ok())
        .collect(ImmutableList.toImmutableList());
  }

  /** A table of times: one line for each pass, one for the sum. */
  public String timing() {
    StringBuilder text = new StringBuilder();
    Duration sum = Duration.ZERO;
    for (StepReport step : steps) {
      String changed = step.changed() ? "changed  " : "unchanged";
      text.append(String.format(Locale.ROOT, "%10.3f ms  %s %s%n", millis(step.time()), changed, step.text()));
      sum = sum.plus(step.time());
    }
    return text.append(String.format(Locale.ROOT, "%10.3f ms  in all%n", millis(sum))).toString();
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
