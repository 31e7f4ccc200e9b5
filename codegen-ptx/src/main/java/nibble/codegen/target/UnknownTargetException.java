package nibble.codegen.target;

import java.util.List;
import nibble.ir.diagnostic.Suggestion;

/** The user named a target that is not in the table. */
public final class UnknownTargetException extends IllegalArgumentException {
  UnknownTargetException(String name, List<String> known) {
    super("unknown target '" + name + "' (known are " + String.join(", ", known) + ")"
        + Suggestion.didYouMean(name, known).map(hint -> "; " + hint).orElse(""));
  }
}
