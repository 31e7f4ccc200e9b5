package nibble.ir.text;

import nibble.ir.Type;

/** Reads a type whose leading keyword has been read. What it reads is what {@code toString} of the type writes. */
@FunctionalInterface
public interface TypeSyntax {
  Type parse(TextReader reader);
}
