package nibble.dsl.lower;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;

/** Which declarations are used. A name that begins with an underscore says that it need not be. */
final class Usage {
  private final Map<Span, String> declared = new LinkedHashMap<>();
  private final Set<Span> used = new HashSet<>();

  /** Declares a name; a block may declare the same one for each of its instances. */
  void declare(Identifier name, String kind) {
    if (!name.name().startsWith("_")) {
      declared.putIfAbsent(name.span(), "the " + kind + " '" + name + "' is not used");
    }
  }

  void use(Identifier declaration) {
    used.add(declaration.span());
  }

  /** Warns of what nobody uses. */
  void report(Reporter reporter) {
    declared.forEach((span, message) -> {
      if (!used.contains(span)) {
        reporter.report(span.warning(message));
      }
    });
  }
}
