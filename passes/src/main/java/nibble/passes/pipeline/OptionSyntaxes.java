package nibble.passes.pipeline;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Primitives;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.ForeignFormats;
import nibble.ir.format.NumberFormat;
import nibble.ir.recipe.PathPattern;
import nibble.ir.text.Attributes;

/**
 * The syntax of every class that an option may have: numbers, truth values, strings, enums, path patterns, formats, and
 * what plugins add.
 *
 * @param byType syntax of each class
 */
record OptionSyntaxes(ImmutableMap<Class<?>, OptionSyntax<?>> byType) {
  static OptionSyntaxes of(Collection<OptionSyntax<?>> more) {
    Map<Class<?>, OptionSyntax<?>> all = new LinkedHashMap<>();
    add(all, new OptionSyntax<>(Boolean.class, "true or false", OptionSyntaxes::truth, String::valueOf));
    add(all, new OptionSyntax<>(Integer.class, "an integer", (text, ir) -> Integer.valueOf(text), String::valueOf));
    add(all, new OptionSyntax<>(Long.class, "an integer", (text, ir) -> Long.valueOf(text), String::valueOf));
    add(all, new OptionSyntax<>(Double.class, "a number", (text, ir) -> Double.valueOf(text), String::valueOf));
    add(all, new OptionSyntax<>(String.class, "a text", (text, registry) -> Quoting.unquote(text), Quoting::quote));
    add(all, new OptionSyntax<>(PathPattern.class, "a path pattern such as layer[*].attn.{q,k}",
        (text, registry) -> PathPattern.of(text), PathPattern::text));
    add(all, new OptionSyntax<>(NumberFormat.class, "a number format", OptionSyntaxes::format, NumberFormat::name));
    more.forEach(syntax -> add(all, syntax));
    return new OptionSyntaxes(ImmutableMap.copyOf(all));
  }

  private static void add(Map<Class<?>, OptionSyntax<?>> all, OptionSyntax<?> syntax) {
    if (all.putIfAbsent(syntax.type(), syntax) != null) {
      throw new IllegalArgumentException("there are two syntaxes for options of " + syntax.type());
    }
  }

  /** The syntax of a component's type. */
  OptionSyntax<?> of(Type type) {
    if (!(type instanceof Class<?> raw)) {
      throw new IllegalArgumentException("no option can have the type " + type);
    }
    return raw.isEnum() ? constants(raw) : Optional.<OptionSyntax<?>>ofNullable(byType.get(Primitives.wrap(raw)))
        .orElseThrow(() -> new IllegalArgumentException("there is no syntax for options of " + type));
  }

  private static <T> OptionSyntax<T> constants(Class<T> type) {
    ImmutableMap<String, T> words = Arrays.stream(type.getEnumConstants()).collect(
        ImmutableMap.toImmutableMap(constant -> word((Enum<?>) constant), constant -> constant));
    String description = "one of " + String.join(", ", words.keySet());
    return new OptionSyntax<>(
        type, description, (text, registry) -> pick(text, words, description), value -> word((Enum<?>) value));
  }

  private static String word(Enum<?> constant) {
    return Attributes.word(constant).replace('_', '-');
  }

  private static <T> T pick(String text, ImmutableMap<String, T> words, String description) {
    T value = words.get(text);
    if (value == null) {
      throw new InputException(
          "'" + text + "' is not " + description, Suggestion.didYouMean(text, words.keySet()).orElse(null));
    }
    return value;
  }

  private static boolean truth(String text, Registry registry) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is not true or false");
    };
  }

  private static NumberFormat format(String text, Registry registry) {
    return registry.format(text).orElseThrow(() -> new InputException(
        "there is no number format '" + text + "'",
        ForeignFormats.hint(text).or(() -> Suggestion.didYouMean(text, registry.formats().keySet()))
            .orElse("formats: " + registry.formats().keySet().stream().collect(Collectors.joining(", ")))));
  }
}
