package nibble.passes.pipeline;

import java.util.function.BiFunction;
import java.util.function.Function;
import nibble.ir.Registry;

/**
 * How option values of one Java class are written and read. A plugin contributes one, by its {@code extensions} method,
 * for each class of its own that its passes have as components.
 *
 * @param type the class of the record component
 * @param description what a value is, for messages and documentation: {@code a number format}
 * @param parse reads a value; throws {@link nibble.ir.diagnostic.InputException} or {@link IllegalArgumentException} at
 *     what is none
 * @param print writes what {@code parse} reads
 */
public record OptionSyntax<T>(
    Class<T> type, String description, BiFunction<String, Registry, T> parse, Function<T, String> print) {}
