package nibble.cli;

import java.util.Optional;
import nibble.engine.compile.RecipeChoice;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What shall be done to a model, of verbs that do one thing to it. */
final class TreatmentParameters {
  @ArgGroup private Treatment treatment = new Treatment();

  /** At most one of these. */
  private static final class Treatment {
    @Option(
        names = "--recipe", paramLabel = "R",
        description = "A recipe: its name, or the path of its file.")
    private Optional<String> recipe = Optional.empty();

    @Option(
        names = "--passes", paramLabel = "PIPELINE",
        description = "Passes to run instead of a recipe: quantize{at=ffn.*, weight=i8:channel, act=i8:token},cse")
    private Optional<String> passes = Optional.empty();
  }

  RecipeChoice choice() {
    if (treatment.recipe.isPresent()) {
      return new RecipeChoice.Named(treatment.recipe.get());
    }
    return treatment.passes.isPresent()
        ? new RecipeChoice.Passes(treatment.passes.get()) : new RecipeChoice.None();
  }
}
