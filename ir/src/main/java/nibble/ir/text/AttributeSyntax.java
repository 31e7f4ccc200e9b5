package nibble.ir.text;

import java.util.function.Function;

/**
 * How attributes of one Java class are written and read.
 *
 * @param print writes a value
 * @param parse reads what {@code print} wrote
 */
public record AttributeSyntax<T>(Function<T, String> print, Function<TextReader, T> parse) {}
