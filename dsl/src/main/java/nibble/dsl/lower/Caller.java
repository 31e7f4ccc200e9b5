package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Span;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Dim;

/**
 * The calls through which a function was reached, the innermost first.
 *
 * @param function that was called
 * @param sizes that the call gave it
 * @param call where it was called
 * @param outer the call around it
 */
record Caller(FunctionRef function, Map<String, Dim> sizes, Span call, Optional<Caller> outer) {
  private static final int MAX_NOTES = 3;

  /** Adds notes on how the place of an error was reached. */
  Diagnostic explain(Diagnostic diagnostic) {
    Diagnostic explained = diagnostic;
    Optional<Caller> caller = Optional.of(this);
    for (int i = 0; i < MAX_NOTES && caller.isPresent(); i++) {
      Caller at = caller.get();
      explained = explained.note(
          "in " + at.function.path() + Notes.sizes(at.sizes) + ", called at " + at.callPosition(diagnostic));
      caller = at.outer;
    }
    return explained;
  }

  private String callPosition(Diagnostic diagnostic) {
    return call.file().equals(diagnostic.location().file()) ? call.position() : call.file() + ":" + call.position();
  }

  /** Whether that function is being called already. */
  static boolean contains(Optional<Caller> caller, FunctionRef function) {
    return caller.isPresent()
        && (caller.get().function.declaration() == function.declaration() || contains(caller.get().outer, function));
  }

  /** Names of the called functions, the outermost first. */
  ImmutableList<String> names() {
    return ImmutableList.<String>builder()
        .addAll(outer.map(Caller::names).orElse(ImmutableList.of()))
        .add(function.name())
        .build();
  }
}
