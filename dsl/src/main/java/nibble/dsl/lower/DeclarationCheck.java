package nibble.dsl.lower;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import nibble.ir.diagnostic.Diagnostic;

/** Checks what can be said of declarations before anything is lowered. */
final class DeclarationCheck {
  private final FileScope file;

  private DeclarationCheck(FileScope file) {
    this.file = file;
  }

  /**
   * Checks the declarations of a file.
   *
   * @param asked whether the file was asked for, so that warnings on it are welcome
   */
  static void run(FileScope file, boolean asked) {
    DeclarationCheck check = new DeclarationCheck(file);
    for (Declaration declaration : file.declarations()) {
      switch (declaration) {
        case Declaration.Component component -> check.component(component, asked);
        case Declaration.Function function -> check.function(function);
        case Declaration.Size size -> file.find(size.identifier());
        case Declaration.Constant constant -> file.find(constant.identifier());
        case Declaration.Weight weight -> { }
        case Declaration.Instance instance -> { }
        case Declaration.Import imported -> { }
        case Declaration.Recipe recipe -> { }
      }
    }
  }

  private void component(Declaration.Component component, boolean asked) {
    Optional<ComponentType> type = file.component(component.name());
    if (type.isEmpty() || type.get().declaration() != component) {
      return;
    }
    Usage usage = file.session().usage();
    if (asked) {
      component.parameters().forEach(parameter -> usage.declare(parameter, "size"));
    }
    for (Declaration member : component.members()) {
      switch (member) {
        case Declaration.Function function -> function(function);
        case Declaration.Instance instance -> instance(instance, type.get());
        default -> { }
      }
      if (asked) {
        kind(member).ifPresent(kind -> usage.declare(member.identifier(), kind));
      }
    }
  }

  private static Optional<String> kind(Declaration member) {
    return switch (member) {
      case Declaration.Size size -> Optional.of("size");
      case Declaration.Constant constant -> Optional.of("constant");
      case Declaration.Weight weight -> Optional.of("weight");
      case Declaration.Instance instance -> Optional.of("instance");
      default -> Optional.empty();
    };
  }

  private void function(Declaration.Function function) {
    if (function.results().isEmpty()) {
      file.report(function.identifier().span()
          .error("the function '" + function.name() + "' does not say what it returns")
          .hint("write the type behind the parameters: fn " + function.name() + "(...) -> f32[..]"));
    }
    Map<String, Identifier> first = new HashMap<>();
    for (Declaration.Parameter parameter : function.parameters()) {
      if (first.putIfAbsent(parameter.name(), parameter.identifier()) != null) {
        file.report(parameter.identifier().span().error("there are two parameters '" + parameter.name() + "'"));
      }
    }
  }

  private void instance(Declaration.Instance instance, ComponentType owner) {
    Optional<ComponentType> block = file.component(instance.component());
    if (block.isEmpty()) {
      file.reportUnknown(
          instance.component(), "there is no block '" + instance.component() + "' here",
          file.namesOf(Declaration.Component.class));
      return;
    }
    if (block.get().declaration().isModel()) {
      file.report(instance.component().span()
          .error("'" + block.get().name() + "' is a model, and only blocks have instances"));
      return;
    }
    int given = instance.arguments().size();
    List<Identifier> parameters = block.get().declaration().parameters();
    if (given > 0 && given != parameters.size()) {
      Diagnostic diagnostic = instance.component().span()
          .error("the block " + block.get().name() + " has " + counted(parameters.size()) + ", here are " + given);
      file.report(parameters.isEmpty()
          ? diagnostic
          : diagnostic.note("they are " + String.join(", ", parameters.stream().map(Identifier::name).toList()))
              .hint("_ leaves one to be inferred, and without < > all are"));
    }
    recursion(instance, owner, block.get());
  }

  private static String counted(int count) {
    return switch (count) {
      case 0 -> "no sizes";
      case 1 -> "1 size";
      default -> count + " sizes";
    };
  }

  private void recursion(Declaration.Instance instance, ComponentType owner, ComponentType block) {
    Set<ComponentType> path = new LinkedHashSet<>();
    path.add(owner);
    if (reaches(block, owner, path)) {
      file.report(instance.component().span()
          .error("the block " + owner.name() + " contains itself")
          .note(String.join(" contains ", path.stream().map(ComponentType::name).toList())
              + " contains " + owner.name()));
    }
  }

  /** Whether a block contains another one; then {@code path} leads to it. */
  private static boolean reaches(ComponentType from, ComponentType target, Set<ComponentType> path) {
    if (from == target) {
      return true;
    }
    if (!path.add(from)) {
      return false;
    }
    for (Declaration member : from.declaration().members()) {
      if (member instanceof Declaration.Instance instance) {
        Optional<ComponentType> next = from.home().component(instance.component());
        if (next.isPresent() && reaches(next.get(), target, path)) {
          return true;
        }
      }
    }
    path.remove(from);
    return false;
  }
}
