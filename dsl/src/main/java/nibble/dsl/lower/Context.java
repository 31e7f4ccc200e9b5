package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.dsl.syntax.Identifier;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.shape.Dim;

/** A place in a program: what names mean there, and how to complain there. */
interface Context {
  Session session();

  /** What a name means; nothing where it means nothing. An error in its declaration gives {@link Operand.Failed}. */
  Optional<Operand> find(Identifier name);

  /** All names that {@link #find} knows. */
  ImmutableSet<String> names();

  /** The file that the place is in. */
  FileScope file();

  /** Whether sizes stand for any number, because a function is checked that nobody calls. */
  boolean isGeneric();

  /** Why a variable is no constant, where that needs an explanation. */
  default Optional<String> whyNotConstant(String name) {
    return Optional.empty();
  }

  /** The axes that {@code ..} of that name stands for, where a signature binds it. */
  default Optional<ImmutableList<Dim>> leadingAxes(String name) {
    return Optional.empty();
  }

  void report(Diagnostic diagnostic);

  /** Complains about a name that means nothing, unless its declaration has a syntax error. */
  default void reportUnknown(Identifier name, String message, Iterable<String> known) {
    if (file().excuses(name.name())) {
      return;
    }
    Diagnostic diagnostic = name.span().error(message);
    // Any letter is one edit from any other.
    report(Suggestion.didYouMean(name.name(), ImmutableSet.copyOf(known))
        .filter(suggestion -> name.name().length() > 1)
        .map(diagnostic::hint).orElse(diagnostic));
  }
}
