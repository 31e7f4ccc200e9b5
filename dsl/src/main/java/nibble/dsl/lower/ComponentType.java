package nibble.dsl.lower;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;

/**
 * A model or a block with its members by name.
 *
 * @param declaration as written
 * @param home the file that it is in
 * @param members by name; parameters are not among them
 */
record ComponentType(Declaration.Component declaration, FileScope home, ImmutableMap<String, Declaration> members) {
  /** Collects the members; names that are given twice are reported. */
  static ComponentType of(Declaration.Component declaration, FileScope home) {
    Map<String, Identifier> declared = new LinkedHashMap<>();
    Map<String, Declaration> members = new LinkedHashMap<>();
    declaration.parameters().forEach(parameter -> claim(parameter, declared, home));
    for (Declaration member : declaration.members()) {
      if (claim(member.identifier(), declared, home)) {
        members.put(member.name(), member);
      }
    }
    return new ComponentType(declaration, home, ImmutableMap.copyOf(members));
  }

  private static boolean claim(Identifier name, Map<String, Identifier> declared, FileScope home) {
    Identifier first = declared.putIfAbsent(name.name(), name);
    if (first == null) {
      return true;
    }
    home.report(name.span()
        .error("'" + name + "' is declared twice")
        .note("it was declared first at " + first.span().positionFrom(name.span())));
    return false;
  }

  String name() {
    return declaration.name();
  }

  boolean hasParameter(String name) {
    return declaration.parameters().stream().anyMatch(parameter -> parameter.name().equals(name));
  }

  ImmutableSet<String> parameterNames() {
    return declaration.parameters().stream().map(Identifier::name).collect(ImmutableSet.toImmutableSet());
  }

  Optional<Declaration.Function> function(String name) {
    return members.get(name) instanceof Declaration.Function function ? Optional.of(function) : Optional.empty();
  }

  Optional<Declaration.Instance> instance(String name) {
    return members.get(name) instanceof Declaration.Instance instance ? Optional.of(instance) : Optional.empty();
  }

  Optional<Declaration.Weight> weight(String name) {
    return members.get(name) instanceof Declaration.Weight weight ? Optional.of(weight) : Optional.empty();
  }
}
