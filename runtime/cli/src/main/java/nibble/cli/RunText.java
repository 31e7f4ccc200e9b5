package nibble.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import nibble.codegen.target.Targets;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.run.Classification;
import nibble.engine.run.Classification.Guess;
import nibble.engine.run.RunReport;
import nibble.engine.run.RunStep;
import nibble.engine.run.Similarity;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.KernelCheck;
import nibble.engine.verify.PrecisionCost;
import nibble.engine.verify.WrongKernel;
import nibble.ir.Location;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Tensor;

/** The report of a run for people. */
final class RunText {
  private static final int FIRST = 6;
  private static final int LEAST_NAME_WIDTH = 34;
  private static final int OPS_WIDTH = 46;
  private static final int WORST_PRODUCTS = 3;
  private static final int MAX_SIMILARITIES = 16;
  private static final int MAX_CLASSES = 16;

  private final StringBuilder text = new StringBuilder();
  private final RunReport report;

  private RunText(RunReport report) {
    this.report = report;
  }

  static String of(RunReport report, RecipeChoice choice, String command) {
    RunText writing = new RunText(report);
    writing.head(choice);
    writing.inputs();
    writing.outputs();
    writing.steps();
    Similarity.of(report).ifPresent(writing::similarities);
    Classification.of(report).ifPresent(writing::classes);
    report.checks().ifPresent(writing::proofs);
    report.wrong().ifPresent(wrong -> writing.wrong(wrong, choice, command));
    report.cost().ifPresent(writing::cost);
    report.modelled().filter(costs -> !costs.attentions().isEmpty())
        .ifPresent(costs -> writing.text.append('\n').append(
            AttentionTable.text(costs.attentions(), Targets.get(report.target().orElseThrow()))));
    report.modelled().ifPresent(costs -> writing.text.append('\n').append(
        ModelledTable.text(costs, Targets.get(report.target().orElseThrow()))));
    report.assembly().ifPresent(verdict -> writing.line("%nassembler  %s", RunJson.describe(verdict)));
    report.model().passes().failures().forEach(failure -> writing.text.append('\n').append(failure.text()));
    writing.end();
    return writing.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  private void head(RecipeChoice choice) {
    line("model       %s, @%s", report.model().model().argument().model(), report.model().written().name());
    String summary = report.model().model().recipe().map(recipe -> recipe.summary()).orElse("");
    line("recipe      %s%s", choice, summary.isEmpty() ? "" : ": " + summary);
    long applied = report.model().passes().decisions().stream()
        .filter(decision -> decision.outcome() == nibble.passes.Decision.Outcome.APPLIED).count();
    line("passes      %d, which changed the precision in %d places", report.model().passes().steps().size(), applied);
    line("device      %s%s: %s", report.device(), report.target().map(name -> " as " + name).orElse(""),
        report.deviceReason());
  }

  private void inputs() {
    List<String> names = report.model().written().parameters().stream().map(parameter -> parameter.name()).toList();
    for (int i = 0; i < names.size(); i++) {
      line("%-11s %s: %s", i == 0 ? "inputs" : "", names.get(i), report.inputs().tensors().get(i).type());
    }
  }

  private void outputs() {
    List<String> names = SavedOutputs.names(report.outputs().size());
    for (int i = 0; i < names.size(); i++) {
      Tensor output = report.outputs().get(i);
      String first = Arrays.stream(output.values()).limit(FIRST)
          .mapToObj(value -> String.format(Locale.ROOT, "%.5g", value)).collect(Collectors.joining(" "));
      line("%-11s %s: %s = %s%s", i == 0 ? "outputs" : "", names.get(i), output.type(), first,
          output.size() > FIRST ? " ..." : "");
    }
  }

  private void steps() {
    List<RunStep> steps = report.steps();
    for (int i = 0; i < steps.size() && steps.size() > 1; i++) {
      RunStep step = steps.get(i);
      String cost = step.cost().map(of -> of.outputs().getFirst()).map(first -> String.format(
          Locale.ROOT, ", cosine %.7f, SQNR %.1f dB", first.cosine(), first.sqnrDb())).orElse("");
      line("%-11s %d: %d launches%s", i == 0 ? "steps" : "", i + 1, step.launches(), cost);
    }
    int kept = report.state().tensors().size();
    if (kept > 0) {
      line("%-11s %d %s for the next step", "state", kept, kept == 1 ? "tensor" : "tensors");
    }
  }

  private void similarities(Similarity similarity) {
    double[][] cosines = similarity.cosines();
    int rows = Math.min(cosines.length, MAX_SIMILARITIES);
    line("%nsimilarities (cosine)%s", rows < cosines.length
        ? " of the first " + rows + " of " + cosines.length + " texts" : "");
    for (int a = 0; a < rows; a++) {
      StringBuilder row = new StringBuilder();
      for (int b = 0; b < rows; b++) {
        row.append(String.format(Locale.ROOT, "%7.3f", cosines[a][b]));
      }
      line("%3d %s  %s", a + 1, row, shortened(report.inputs().texts().get(a), 60));
    }
  }

  private void classes(Classification classification) {
    List<Guess> guesses = classification.guesses();
    int rows = Math.min(guesses.size(), MAX_CLASSES);
    int width = guesses.stream().mapToInt(guess -> guess.name().length()).max().orElse(0);
    line("%nclasses%s", rows < guesses.size() ? " of the first " + rows + " of " + guesses.size() + " rows" : "");
    for (int row = 0; row < rows; row++) {
      Guess guess = guesses.get(row);
      line("%3d  %-" + width + "s  %5.1f%%%s", row + 1, guess.name(), 100 * guess.share(),
          guess.right().orElse(true) ? "" : "  wrong: it is " + guess.label().orElseThrow());
    }
    if (classification.labelled() > 0) {
      line("%d of %d are right", classification.right(), classification.labelled());
    }
  }

  private static String shortened(String words, int length) {
    return words.length() <= length ? words : words.substring(0, length - 3) + "...";
  }

  private void proofs(List<KernelCheck> checks) {
    List<VerificationTable.Row> rows = VerificationTable.of(checks).rows();
    String name = "%-" + rows.stream().mapToInt(row -> row.kernel().length()).reduce(LEAST_NAME_WIDTH, Math::max) + "s";
    line("%n" + name + " %8s  %10s  %10s  %6s  %s", "kernel", "launches", "max error", "bound", "share", "computes");
    for (VerificationTable.Row row : rows) {
      ElementCheck worst = row.worst();
      line(name + " %8d  %10.3g  %10.3g  %5.1f%%  %s", row.kernel(), row.launches(), worst.maxError(), worst.bound(),
          100 * worst.tightness(), row.proven() ? shortened(row.ops(), OPS_WIDTH) : "NOT PROVEN");
    }
    long proven = checks.stream().filter(KernelCheck::isProven).count();
    line("%d of %d launches proven: each element within its own error bound", proven, checks.size());
  }

  private void wrong(WrongKernel wrong, RecipeChoice choice, String command) {
    KernelCheck check = wrong.check();
    line("%nthe first wrong kernel is %s, launch %d, which computes %s", check.kernel(), check.index(),
        String.join(", ", check.ops()));
    line("  from %s", place(check.location()));
    line("  %s", wrong.fault());
    wrong.firstOp().ifPresentOrElse(
        op -> line("  it goes wrong at %s, from %s%n  where %s", op.op(), place(op.location()), op.fault()),
        () -> line("  none of its operations is wrong by itself"));
    line("  reproduce: %s", command);
    line("  its Tile IR and PTX are written by: nibble compile %s%s --target %s -o DIR",
        report.model().model().argument().model(), option(choice), report.target().orElse(""));
  }

  private static String place(Location location) {
    return location.position().orElse("an unknown place") + (location.path().isEmpty() ? "" : " in " + location.path());
  }

  private static String option(RecipeChoice choice) {
    return switch (choice) {
      case RecipeChoice.None none -> "";
      case RecipeChoice.Named(String name) -> " --recipe " + name;
      case RecipeChoice.Passes(String text, String _) -> " --passes '" + text + "'";
    };
  }

  private void cost(PrecisionCost cost) {
    for (Comparison comparison : cost.outputs()) {
      line("%ncost of precision, against exact interpretation of the model: cosine %.7f, SQNR %.1f dB, max error %.3g",
          comparison.cosine(), comparison.sqnrDb(), comparison.maxAbsError());
    }
    cost.products().stream()
        .sorted(Comparator.comparingDouble(product -> product.comparison().sqnrDb()))
        .limit(WORST_PRODUCTS)
        .forEach(product -> line("  %5.1f dB up to %s (%s)", product.comparison().sqnrDb(),
            product.location().path().isEmpty() ? "a product" : product.location().path(),
            product.location().position().orElse("")));
  }

  private void end() {
    double all = report.seconds().values().stream().mapToDouble(Double::doubleValue).sum();
    String phases = report.seconds().entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
    line("%nseconds     %.2f: %s", all, phases);
    report.verified().ifPresent(verified -> line("%s", verified ? "verified" : "NOT VERIFIED"));
  }
}
