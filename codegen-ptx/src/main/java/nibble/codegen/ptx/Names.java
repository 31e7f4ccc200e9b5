package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.regex.Pattern;

/** Identifiers of PTX (PTX ISA 4.4). */
final class Names {
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z][a-zA-Z0-9_$]*|[_$%][a-zA-Z0-9_$]+");

  private Names() {}

  static void check(String name) {
    checkArgument(IDENTIFIER.matcher(name).matches(), "'%s' is no PTX identifier", name);
  }
}
