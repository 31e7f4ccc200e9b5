package nibble.dsl.lower;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.program.Program;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import nibble.ir.diagnostic.Diagnostic;

/** What a file declares and what its imports bring. */
final class FileScope implements Context {
  private final Session session;
  private final Program.Unit unit;
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Map<String, Definition> recipes = new LinkedHashMap<>();
  private final Map<String, ComponentType> components = new HashMap<>();
  private final DeclaredValues values = new DeclaredValues(false);

  /** A declaration with the file that it is in. */
  record Definition(FileScope home, Declaration declaration) {}

  FileScope(Session session, Program.Unit unit, List<FileScope> imports) {
    this.session = session;
    this.unit = unit;
    for (Declaration declaration : unit.tree().declarations()) {
      switch (declaration) {
        case Declaration.Import ignored -> { }
        case Declaration.Recipe recipe -> define(recipe, recipes);
        case Declaration.Component component -> {
          define(component, definitions);
          components.putIfAbsent(component.name(), ComponentType.of(component, this));
        }
        case Declaration.Function function -> define(function, definitions);
        case Declaration.Size size -> define(size, definitions);
        case Declaration.Constant constant -> define(constant, definitions);
        case Declaration.Weight weight -> throw misplaced(weight);
        case Declaration.Instance instance -> throw misplaced(instance);
      }
    }
    List<Declaration> importDeclarations =
        unit.tree().declarations().stream().filter(Declaration.Import.class::isInstance).toList();
    for (int i = 0; i < imports.size(); i++) {
      Identifier at = importDeclarations.get(Math.min(i, importDeclarations.size() - 1)).identifier();
      bring(imports.get(i).definitions, definitions, at);
      bring(imports.get(i).recipes, recipes, at);
    }
  }

  private static IllegalStateException misplaced(Declaration declaration) {
    return new IllegalStateException("the grammar has no " + declaration.getClass() + " in a file");
  }

  private void define(Declaration declaration, Map<String, Definition> into) {
    Definition first = into.putIfAbsent(declaration.name(), new Definition(this, declaration));
    if (first != null) {
      report(declaration.identifier().span()
          .error("'" + declaration.name() + "' is declared twice")
          .note("it was declared first at "
              + first.declaration().identifier().span().positionFrom(declaration.identifier().span())));
    }
  }

  /** Models are not brought along: there is one in a compilation. */
  private void bring(Map<String, Definition> imported, Map<String, Definition> into, Identifier at) {
    imported.forEach((name, definition) -> {
      boolean isModel = definition.declaration() instanceof Declaration.Component component && component.isModel();
      Definition own = isModel ? null : into.putIfAbsent(name, definition);
      if (own != null && own.declaration() != definition.declaration()) {
        report(at.span()
            .error("this import brings a second '" + name + "'")
            .note("one is at " + own.declaration().identifier().span().positionFrom(at.span()) + ", the other at "
                + definition.declaration().identifier().span().positionFrom(at.span())));
      }
    });
  }

  @Override
  public Session session() {
    return session;
  }

  @Override
  public FileScope file() {
    return this;
  }

  @Override
  public boolean isGeneric() {
    return false;
  }

  @Override
  public void report(Diagnostic diagnostic) {
    session.reporter().report(diagnostic);
  }

  String name() {
    return unit.file();
  }

  /** Whether a declaration of that name may have been lost to a syntax error. */
  boolean excuses(String name) {
    return unit.tree().excused().contains(name)
        || definitions.values().stream().anyMatch(definition -> definition.home() != this
            && definition.home().unit.tree().excused().contains(name));
  }

  List<Declaration> declarations() {
    return unit.tree().declarations();
  }

  Optional<ComponentType> component(Identifier name) {
    return component(name.name());
  }

  Optional<ComponentType> component(String name) {
    Definition definition = definitions.get(name);
    return definition != null && definition.declaration() instanceof Declaration.Component
        ? Optional.of(definition.home().components.get(name))
        : Optional.empty();
  }

  Optional<FunctionRef> function(String name) {
    Definition definition = definitions.get(name);
    return definition != null && definition.declaration() instanceof Declaration.Function function
        ? Optional.of(new FunctionRef(function, definition.home(), Optional.empty()))
        : Optional.empty();
  }

  Optional<Definition> recipe(String name) {
    return Optional.ofNullable(recipes.get(name));
  }

  /** All recipes that can be named here, own and imported. */
  Map<String, Definition> recipes() {
    return recipes;
  }

  ImmutableSet<String> namesOf(Class<? extends Declaration> kind) {
    return definitions.values().stream()
        .map(Definition::declaration)
        .filter(kind::isInstance)
        .map(Declaration::name)
        .collect(ImmutableSet.toImmutableSet());
  }

  @Override
  public Optional<Operand> find(Identifier name) {
    Definition definition = definitions.get(name.name());
    if (definition == null) {
      return Optional.empty();
    }
    FileScope home = definition.home();
    return switch (definition.declaration()) {
      case Declaration.Size size -> {
        session.usage().use(size.identifier());
        yield Optional.of(home.values.of(size, home));
      }
      case Declaration.Constant constant -> {
        session.usage().use(constant.identifier());
        yield Optional.of(home.values.of(constant, home));
      }
      default -> Optional.empty();
    };
  }

  @Override
  public ImmutableSet<String> names() {
    return ImmutableSet.<String>builder()
        .addAll(namesOf(Declaration.Size.class))
        .addAll(namesOf(Declaration.Constant.class))
        .build();
  }
}
