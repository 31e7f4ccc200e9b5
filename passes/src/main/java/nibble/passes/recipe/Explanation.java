package nibble.passes.recipe;

import com.google.common.collect.ImmutableList;
import nibble.ir.recipe.Recipe;
import nibble.passes.Decision;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.Pipeline;

/**
 * What a recipe means and did.
 *
 * @param recipe its name
 * @param summary its summary; may be empty
 * @param pipeline the pipeline text that it means
 * @param decisions what its passes decided, in order
 */
public record Explanation(String recipe, String summary, String pipeline, ImmutableList<Decision> decisions) {
  public static Explanation of(Recipe recipe, Pipeline pipeline, PassRun run, PassRegistry registry) {
    return new Explanation(recipe.name(), recipe.summary(), registry.print(pipeline), run.decisions());
  }

  /** For people: the recipe, its pipeline, and one line for each decision under the name of its pass. */
  public String text() {
    StringBuilder text = new StringBuilder("recipe " + recipe + (summary.isEmpty() ? "" : ": " + summary) + "\n");
    text.append("pipeline ").append(pipeline).append('\n');
    String pass = "";
    for (Decision decision : decisions) {
      if (!decision.pass().equals(pass)) {
        pass = decision.pass();
        text.append('\n').append(pass).append('\n');
      }
      text.append("  ").append(decision.text()).append('\n');
    }
    return text.toString();
  }
}
