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

  /** Whether a call might give a number that is known, for what is a scalar now: where nobody calls the function yet. */
  default boolean mayBeKnown(Operand operand) {
    return isGeneric() && operand instanceof Operand.Tensor tensor && tensor.type().rank() == 0;
  }

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
    reportUnknown(name, message, known, Optional.empty());
  }

  /** The same, with a better hint than what is spelt alike, where there is one. */
  default void reportUnknown(Identifier name, String message, Iterable<String> known, Optional<String> hint) {
    if (file().excuses(name.name())) {
      return;
    }
    // Any letter is one edit from any other.
    Optional<String> alike = Suggestion.didYouMean(name.name(), ImmutableSet.copyOf(known))
        .filter(suggestion -> name.name().length() > 1);
    Diagnostic diagnostic = name.span().error(message);
    report(hint.or(() -> alike).map(diagnostic::hint).orElse(diagnostic));
  }
}
