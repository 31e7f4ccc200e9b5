package nibble.engine.compile;

import nibble.passes.pipeline.Pipeline;

/** What the user wants done to a model before it is compiled. */
public sealed interface RecipeChoice {
  /** The model as it is: simplified, but computed in the precisions that it is written in. */
  record None() implements RecipeChoice {
    @Override
    public String toString() {
      return "none";
    }
  }

  /**
   * A recipe.
   *
   * @param name its name, looked for in the model file and in the recipe folders, or the path of its file
   */
  record Named(String name) implements RecipeChoice {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Pipeline text, run as it is.
   *
   * @param source what messages call it
   */
  record Passes(String text, String source) implements RecipeChoice {
    public Passes(String text) {
      this(text, Pipeline.SOURCE);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
