package nibble.dsl.lower;

import java.util.Map;
import java.util.stream.Collectors;
import nibble.ir.shape.Dim;

/** Wording of notes. */
final class Notes {
  private Notes() {}

  /** {@code  (I = 384, O = 1536)}, or nothing. */
  static String sizes(Map<String, Dim> sizes) {
    return sizes.isEmpty()
        ? ""
        : sizes.entrySet().stream()
            .map(size -> size.getKey() + " = " + size.getValue())
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
