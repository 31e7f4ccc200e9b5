package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.lower.FileScope.Definition;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.ir.recipe.PathPattern;
import nibble.ir.recipe.Recipe;

/** Makes recipes of their declarations: what a recipe extends comes first, then its own clauses. */
final class Recipes {
  private final Map<Definition, Optional<ImmutableList<Recipe.Clause>>> resolved = new LinkedHashMap<>();
  private final List<Definition> open = new ArrayList<>();

  private Recipes() {}

  /** All recipes of these files and of what they import, by name. */
  static ImmutableMap<String, Recipe> of(List<FileScope> files) {
    Recipes recipes = new Recipes();
    Map<String, Definition> first = new LinkedHashMap<>();
    ImmutableMap.Builder<String, Recipe> all = ImmutableMap.builder();
    for (FileScope file : files) {
      file.recipes().forEach((name, definition) -> {
        Definition known = first.putIfAbsent(name, definition);
        Declaration.Recipe recipe = (Declaration.Recipe) definition.declaration();
        if (known == null) {
          recipes.clauses(definition)
              .ifPresent(clauses -> all.put(name, new Recipe(name, recipe.summary(), clauses)));
        } else if (known.declaration() != definition.declaration()) {
          file.report(recipe.identifier().span()
              .error("there are two recipes '" + name + "'")
              .note("the other one is at "
                  + known.declaration().identifier().span().positionFrom(recipe.identifier().span())));
        }
      });
    }
    return all.buildOrThrow();
  }

  private Optional<ImmutableList<Recipe.Clause>> clauses(Definition definition) {
    Optional<ImmutableList<Recipe.Clause>> known = resolved.get(definition);
    if (known == null) {
      open.add(definition);
      known = resolve(definition);
      open.removeLast();
      resolved.put(definition, known);
    }
    return known;
  }

  private Optional<ImmutableList<Recipe.Clause>> resolve(Definition definition) {
    Declaration.Recipe recipe = (Declaration.Recipe) definition.declaration();
    ImmutableList.Builder<Recipe.Clause> clauses = ImmutableList.builder();
    boolean complete = true;
    if (recipe.base().isPresent()) {
      Optional<ImmutableList<Recipe.Clause>> base = base(recipe.base().get(), definition);
      base.ifPresent(clauses::addAll);
      complete = base.isPresent();
    }
    for (Declaration.Clause clause : recipe.clauses()) {
      complete &= checkPaths(clause, definition.home());
      clauses.add(new Recipe.Clause(
          clause.pass().name(),
          clause.paths().stream().map(Identifier::name).collect(ImmutableList.toImmutableList()),
          clause.options().stream().collect(
              ImmutableMap.toImmutableMap(option -> option.identifier().name(), Declaration.Option::value)),
          clause.pass().span().location(), places(clause)));
    }
    return complete ? Optional.of(clauses.build()) : Optional.empty();
  }

  private static Recipe.Places places(Declaration.Clause clause) {
    return new Recipe.Places(
        clause.paths().stream().map(path -> stretch(path.span())).collect(ImmutableList.toImmutableList()),
        clause.options().stream().collect(ImmutableMap.toImmutableMap(
            option -> option.identifier().name(), option -> stretch(option.identifier().span()))),
        clause.options().stream().collect(ImmutableMap.toImmutableMap(
            option -> option.identifier().name(), option -> stretch(option.span()))));
  }

  private static Recipe.Stretch stretch(Span span) {
    return new Recipe.Stretch(span.location(), span.length());
  }

  private Optional<ImmutableList<Recipe.Clause>> base(Identifier name, Definition user) {
    Optional<Definition> base = user.home().recipe(name.name());
    if (base.isEmpty()) {
      user.home().reportUnknown(
          name, "there is no recipe '" + name + "' here", user.home().recipes().keySet());
      return Optional.empty();
    }
    int start = open.indexOf(base.get());
    if (start >= 0) {
      List<String> circle =
          open.subList(start, open.size()).stream().map(definition -> definition.declaration().name()).toList();
      user.home().report(name.span().error("recipes extend each other in a circle")
          .note(String.join(" extends ", circle) + " extends " + name));
      return Optional.empty();
    }
    return clauses(base.get());
  }

  private static boolean checkPaths(Declaration.Clause clause, FileScope file) {
    boolean fine = true;
    for (Identifier path : clause.paths()) {
      try {
        PathPattern.of(path.name());
      } catch (IllegalArgumentException e) {
        file.report(path.span().error(e.getMessage()));
        fine = false;
      }
    }
    return fine;
  }
}
