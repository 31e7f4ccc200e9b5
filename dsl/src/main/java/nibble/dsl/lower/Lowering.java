package nibble.dsl.lower;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import nibble.dsl.WeightCatalog;
import nibble.dsl.program.Program;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Declaration;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.recipe.Recipe;
import nibble.ir.verify.Verifier;

/** Checks a program and lowers its model. */
public final class Lowering {
  private final Session session;
  private final Map<String, FileScope> files = new LinkedHashMap<>();

  private Lowering(Session session) {
    this.session = session;
  }

  /**
   * What a program means.
   *
   * @param module of its model, where it has one
   * @param recipes by name
   */
  public record Result(Optional<Module> module, ImmutableMap<String, Recipe> recipes) {}

  /** Lowers a program; the result counts only where the reporter has no errors. */
  public static Result run(
      Program program, Registry registry, Optional<WeightCatalog> catalog, Reporter reporter) {
    return new Lowering(new Session(registry, catalog, reporter)).run(program);
  }

  private Result run(Program program) {
    for (Program.Unit unit : program.units().values()) {
      List<FileScope> imports = unit.imports().stream().map(files::get).filter(Objects::nonNull).toList();
      files.put(unit.file(), new FileScope(session, unit, imports));
    }
    List<FileScope> roots = program.roots().stream().map(root -> files.get(root.file())).toList();
    Optional<Module> module = Optional.empty();
    try {
      files.values().forEach(file -> DeclarationCheck.run(file, roots.contains(file)));
      module = model(roots).map(ModelLowering::run);
      files.values().forEach(UnusedCode::check);
    } catch (Session.TooLarge e) {
      // Has been reported.
    }
    ImmutableMap<String, Recipe> recipes = Recipes.of(roots);
    if (!session.reporter().hasErrors()) {
      session.usage().report(session.reporter());
      module.ifPresent(Lowering::verify);
    }
    return new Result(module, recipes);
  }

  private Optional<ComponentType> model(List<FileScope> roots) {
    List<ComponentType> models = new ArrayList<>();
    for (FileScope root : roots) {
      for (Declaration declaration : root.declarations()) {
        if (declaration instanceof Declaration.Component component && component.isModel()) {
          root.component(component.name()).ifPresent(models::add);
        }
      }
    }
    models.stream().skip(1).forEach(second -> session.reporter().report(second.declaration().identifier().span()
        .error("there is a second model, '" + second.name() + "'")
        .note("'" + models.getFirst().name() + "' is declared at " + models.getFirst().declaration().identifier().span()
            .positionFrom(second.declaration().identifier().span()))));
    return models.stream().findFirst();
  }

  private static void verify(Module module) {
    List<Diagnostic> wrong = Verifier.check(module);
    if (!wrong.isEmpty()) {
      throw new IllegalStateException("lowering made an invalid module: " + wrong);
    }
  }
}
