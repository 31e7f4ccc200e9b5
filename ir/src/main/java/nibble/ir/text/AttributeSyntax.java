package nibble.ir.text;

import java.util.function.Function;

/**
 * How attributes of one Java class are written and read.
 *
 * @param description what a value may be, in words, as catalogs of ops show it: {@code integer}
 * @param print writes a value
 * @param parse reads what {@code print} wrote
 */
public record AttributeSyntax<T>(String description, Function<T, String> print, Function<TextReader, T> parse) {}
