package nibble.passes.recipe;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.recipe.Recipe;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.PassText;
import nibble.passes.pipeline.PassText.OptionText;
import nibble.passes.pipeline.Pipeline;

/** Makes pipelines of recipes. */
public final class RecipePipeline {
  /** The pass that every recipe starts with: it folds transposes, so that clauses see weights as products take them. */
  public static final String HEAD = "canonicalize";

  /** The passes that every recipe ends with: they bring its product into the form that backends take. */
  public static final String TAIL = "fold-constants,canonicalize,fold-dequantize,cse,dce";

  private static final String AT = "at";

  private RecipePipeline() {}

  /**
   * The pipeline that a recipe means for a module: the {@linkplain #HEAD head}, a pass for each clause, the
   * {@linkplain #TAIL tail}.
   *
   * @throws InputException with every unknown clause, unknown option, bad value, and pattern that matches nothing
   */
  public static Pipeline of(Recipe recipe, Module module, PassRegistry registry) {
    List<PassText> texts = new ArrayList<>();
    for (Recipe.Clause clause : recipe.clauses()) {
      texts.add(text(clause));
    }
    Pipeline clauses = registry.clauses(texts);
    PathCheck.require(clauses, module);
    return registry.parse(HEAD, "the head of every recipe")
        .then(clauses)
        .then(registry.parse(TAIL, "the tail of every recipe"));
  }

  private static PassText text(Recipe.Clause clause) {
    ImmutableList.Builder<OptionText> options = ImmutableList.builder();
    int length = clause.pass().length();
    if (!clause.at().isEmpty()) {
      String patterns = clause.at().size() == 1 ? clause.at().getFirst() : "[" + String.join(", ", clause.at()) + "]";
      options.add(new OptionText(AT, clause.location(), patterns, clause.location(), length));
    }
    clause.options().forEach(
        (name, value) -> options.add(new OptionText(name, clause.location(), value, clause.location(), length)));
    return new PassText(clause.pass(), clause.location(), options.build());
  }
}
