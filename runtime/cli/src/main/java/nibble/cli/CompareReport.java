package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nibble.codegen.target.Target;
import nibble.engine.compare.RecipeResult;
import nibble.engine.compare.StepAccuracy;
import nibble.engine.compile.OpenModel;
import nibble.engine.run.Classification;
import nibble.engine.run.ModelInputs;

/** What recipes cost and save, for people and for programs. */
final class CompareReport {
  private static final int LEAST_NAME_WIDTH = 14;
  private static final int MOST_STEPS = 8;

  private CompareReport() {}

  static String text(OpenModel model, ModelInputs inputs, Target target, List<RecipeResult> results) {
    StringBuilder text = new StringBuilder();
    line(text, "model       %s, @%s", model.argument().model(), model.entry(model.module()).name());
    line(text, "inputs      %s", inputs.texts().isEmpty()
        ? String.join(", ", inputs.tensors().stream().map(tensor -> tensor.type().toString()).toList())
        : inputs.texts().size() + " texts");
    line(text, "reference   exact interpretation without a recipe");
    int steps = results.getFirst().steps().size();
    if (steps > 1) {
      line(text, "steps       %d, each with the state that the one before left; the table is of the last one", steps);
    }
    int width = results.stream()
        .mapToInt(result -> result.choice().toString().length()).reduce(LEAST_NAME_WIDTH, Math::max);
    boolean classifies = results.stream().anyMatch(result -> labelled(result) > 0);
    line(text, "%n%-" + width + "s  %9s  %9s  %8s  %10s  %12s  %6s  %9s  %11s%s  %s",
        "recipe", "cosine", "least", "SQNR", "max error", "weights", "saved", "moved", "modelled",
        classifies ? "   right" : "", "computed by");
    for (RecipeResult result : results) {
      line(text, "%-" + width + "s  %9.7f  %9.7f  %5.1f dB  %10.3g  %9d kB  %5.1f%%  %9s  %11s%s  %s",
          result.choice(), result.rows().mean(), result.rows().least(), result.accuracy().sqnrDb(),
          result.accuracy().maxAbsError(), Math.round(result.constantBytes() / 1e3),
          100 * result.savedOf(results.getFirst()),
          result.modelled().map(all -> Math.round(all.bytes() / 1e3) + " kB").orElse("-"),
          result.modelled().map(all -> String.format(Locale.ROOT, "%.1f us", all.microseconds())).orElse("-"),
          classifies
              ? String.format(Locale.ROOT, "  %5.1f%%", 100.0 * right(result) / labelled(result)) : "",
          result.computedBy());
    }
    line(text,
        "%nmoved and modelled: bytes that kernels read and write%s, and their time, by data sheets of %s; not measured",
        steps > 1 ? " in the first step" : "", target.part().name());
    if (classifies) {
      line(text, "right: of %d inputs whose class is known", labelled(results.getFirst()));
    }
    if (steps > 1) {
      steps(text, results, width);
    } else if (results.stream().anyMatch(RecipeResult::keepsState)) {
      line(text, "%nfirst steps, whose state is zeros: of %s; --steps has later ones", results.stream()
          .filter(RecipeResult::keepsState).map(result -> result.choice().toString())
          .collect(Collectors.joining(", ")));
    }
    List<String> reasons = new ArrayList<>();
    results.forEach(result -> result.obstacle().ifPresent(why -> reasons.add(result.choice() + ": " + why)));
    if (!reasons.isEmpty()) {
      line(text, "%nno kernels, so the interpreter computed it:");
      reasons.forEach(reason -> line(text, "  %s", reason));
    }
    return text.toString();
  }

  /** The cosine of each step, or where there are many those of the first, the second, the fourth, ... and the last. */
  private static void steps(StringBuilder text, List<RecipeResult> results, int width) {
    int last = results.getFirst().steps().size();
    List<Integer> shown = IntStream.rangeClosed(1, last)
        .filter(step -> last <= MOST_STEPS || Integer.bitCount(step) == 1 || step == last).boxed().toList();
    line(text, "%n%-" + width + "s  %s", "cosine in step",
        shown.stream().map(step -> String.format(Locale.ROOT, "%9d", step)).collect(Collectors.joining("  ")));
    for (RecipeResult result : results) {
      line(text, "%-" + width + "s  %s", result.choice(), shown.stream()
          .map(step -> String.format(Locale.ROOT, "%9.7f", result.steps().get(step - 1).rows().mean()))
          .collect(Collectors.joining("  ")));
    }
  }

  private static long labelled(RecipeResult result) {
    return result.classes().map(Classification::labelled).orElse(0L);
  }

  private static long right(RecipeResult result) {
    return result.classes().map(Classification::right).orElse(0L);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }

  static ObjectNode json(OpenModel model, List<RecipeResult> results) {
    ObjectNode node = Json.object();
    node.put("model", model.argument().model().toString());
    node.put("function", model.entry(model.module()).name());
    ArrayNode recipes = node.putArray("recipes");
    for (RecipeResult result : results) {
      ObjectNode recipe = recipes.addObject();
      recipe.put("recipe", result.choice().toString());
      accuracy(recipe, result.steps().getLast());
      recipe.put("keepsState", result.keepsState());
      if (result.steps().size() > 1) {
        ArrayNode steps = recipe.putArray("steps");
        result.steps().forEach(step -> accuracy(steps.addObject(), step));
      }
      recipe.put("weightBytes", result.constantBytes());
      Json.put(recipe, "saved", result.savedOf(results.getFirst()));
      result.modelled().ifPresent(all -> {
        Json.put(recipe, "movedBytes", all.bytes());
        Json.put(recipe, "modelledMicroseconds", all.microseconds());
      });
      recipe.put("places", result.places());
      if (labelled(result) > 0) {
        recipe.put("right", right(result));
        recipe.put("labelled", labelled(result));
      }
      recipe.put("computedBy", result.computedBy());
      result.obstacle().ifPresent(why -> recipe.put("noKernels", why));
    }
    return node;
  }

  private static void accuracy(ObjectNode node, StepAccuracy step) {
    Json.put(node, "meanCosine", step.rows().mean());
    Json.put(node, "leastCosine", step.rows().least());
    Json.put(node, "sqnrDb", step.elements().sqnrDb());
    Json.put(node, "maxError", step.elements().maxAbsError());
  }
}
