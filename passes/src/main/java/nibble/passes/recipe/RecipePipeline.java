package nibble.passes.recipe;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.recipe.Recipe;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.PassText;
import nibble.passes.pipeline.PassText.OptionText;
import nibble.passes.pipeline.PassText.Place;
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
    Recipe.Places places = clause.places();
    Place whole = new Place(clause.location(), clause.pass().length());
    ImmutableList.Builder<OptionText> options = ImmutableList.builder();
    if (!clause.at().isEmpty()) {
      String patterns = clause.at().size() == 1 ? clause.at().getFirst() : "[" + String.join(", ", clause.at()) + "]";
      options.add(places.at().size() == clause.at().size()
          ? new OptionText(
              AT, whole, patterns, place(places.at().getFirst()),
              places.at().stream().map(RecipePipeline::place).collect(ImmutableList.toImmutableList()))
          : OptionText.whole(AT, whole, patterns, whole));
    }
    clause.options().forEach((name, value) -> options.add(OptionText.whole(
        name, Optional.ofNullable(places.names().get(name)).map(RecipePipeline::place).orElse(whole),
        value, Optional.ofNullable(places.values().get(name)).map(RecipePipeline::place).orElse(whole))));
    return new PassText(clause.pass(), clause.location(), options.build());
  }

  private static Place place(Recipe.Stretch stretch) {
    return new Place(stretch.location(), stretch.length());
  }
}
