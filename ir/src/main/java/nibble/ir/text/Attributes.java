package nibble.ir.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Syntax of attributes by the Java type of the record component: numbers, truth values, strings, enums, the classes of
 * shapes and types, what dialects add, and lists and optionals of these. An empty optional is not written.
 */
public final class Attributes {
  private static final ImmutableMap<Class<?>, AttributeSyntax<?>> BUILT_IN =
      ImmutableMap.<Class<?>, AttributeSyntax<?>>builder()
          .put(int.class, new AttributeSyntax<Integer>("integer", String::valueOf, TextReader::int32))
          .put(Integer.class, new AttributeSyntax<Integer>("integer", String::valueOf, TextReader::int32))
          .put(long.class, new AttributeSyntax<Long>("integer", String::valueOf, TextReader::integer))
          .put(Long.class, new AttributeSyntax<Long>("integer", String::valueOf, TextReader::integer))
          .put(double.class, new AttributeSyntax<Double>("number", String::valueOf, TextReader::real))
          .put(Double.class, new AttributeSyntax<Double>("number", String::valueOf, TextReader::real))
          .put(boolean.class, new AttributeSyntax<Boolean>("true or false", String::valueOf, Attributes::truth))
          .put(Boolean.class, new AttributeSyntax<Boolean>("true or false", String::valueOf, Attributes::truth))
          .put(String.class, new AttributeSyntax<String>("string", Attributes::quoted, TextReader::string))
          .put(Dim.class, new AttributeSyntax<Dim>("extent", Dim::toString, TextReader::dim))
          .put(Shape.class, new AttributeSyntax<Shape>("shape", Shape::toString, TextReader::shape))
          .put(NumberFormat.class, new AttributeSyntax<NumberFormat>("format", NumberFormat::name, TextReader::format))
          .put(Granularity.class, new AttributeSyntax<Granularity>(
              "granularity", Granularity::text, TextReader::granularity))
          .put(ScaleLayout.class, new AttributeSyntax<ScaleLayout>(
              "scale<...>", ScaleLayout::toString, TextReader::scaleLayout))
          .put(ScaleRule.class, new AttributeSyntax<ScaleRule>("rule", ScaleRule::keyword, TextReader::scaleRule))
          .put(SparseLayout.class, new AttributeSyntax<SparseLayout>(
              "sparse<...>", layout -> "sparse<" + layout.text() + ">", TextReader::sparseLayout))
          .put(RoundingMode.class, new AttributeSyntax<RoundingMode>(
              "nearest_even or nearest_away or toward_zero or stochastic(integer,integer)",
              RoundingMode::text, TextReader::roundingMode))
          .put(TensorType.class, new AttributeSyntax<TensorType>(
              "tensor<...>", TensorType::toString, TextReader::tensorType))
          .build();

  private Attributes() {}

  /** The text of an attribute of that type. */
  public static String print(Object value, Type type, Registry registry) {
    Class<?> raw = rawClass(type);
    if (raw == Optional.class) {
      return print(((Optional<?>) value).orElseThrow(), argument(type), registry);
    }
    if (raw == ImmutableList.class) {
      return ((ImmutableList<?>) value).stream()
          .map(item -> print(item, argument(type), registry))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (value instanceof Enum<?> constant) {
      return word(constant);
    }
    return printWith(syntax(raw, registry), value);
  }

  /** Reads an attribute of that type. */
  public static Object parse(TextReader reader, Type type) {
    Class<?> raw = rawClass(type);
    if (raw == Optional.class) {
      return Optional.of(parse(reader, argument(type)));
    }
    if (raw == ImmutableList.class) {
      return reader.list("[", "]", () -> parse(reader, argument(type)));
    }
    if (raw.isEnum()) {
      return constant(reader, raw);
    }
    return syntax(raw, reader.registry()).parse().apply(reader);
  }

  /** Whether attributes of that type can be written and read. */
  public static boolean hasSyntax(Type type, Registry registry) {
    if (type instanceof ParameterizedType generic) {
      boolean container = generic.getRawType() == Optional.class || generic.getRawType() == ImmutableList.class;
      return container && hasSyntax(argument(type), registry);
    }
    return type instanceof Class<?> raw
        && (raw.isEnum() || BUILT_IN.containsKey(raw) || registry.attribute(raw).isPresent());
  }

  /** Whether an attribute of that type may be left out. */
  public static boolean isOptional(Type type) {
    return rawClass(type) == Optional.class;
  }

  /** What an attribute of that type may be, in words: {@code integer}, {@code erf or tanh}, {@code [extent, ...]}. */
  public static String describe(Type type, Registry registry) {
    Class<?> raw = rawClass(type);
    if (raw == Optional.class) {
      return describe(argument(type), registry);
    }
    if (raw == ImmutableList.class) {
      return "[" + describe(argument(type), registry) + ", ...]";
    }
    if (raw.isEnum()) {
      return Arrays.stream(raw.getEnumConstants())
          .map(constant -> word((Enum<?>) constant)).collect(Collectors.joining(" or "));
    }
    return syntax(raw, registry).description();
  }

  private static AttributeSyntax<?> syntax(Class<?> type, Registry registry) {
    AttributeSyntax<?> builtIn = BUILT_IN.get(type);
    return builtIn != null ? builtIn : registry.attribute(type).orElseThrow(() ->
        new IllegalStateException("no syntax for attributes of " + type));
  }

  @SuppressWarnings("unchecked") // The syntax was looked up by the class of the value's component.
  private static <T> String printWith(AttributeSyntax<T> syntax, Object value) {
    return syntax.print().apply((T) value);
  }

  private static Object constant(TextReader reader, Class<?> type) {
    Token token = reader.peek();
    String name = reader.word();
    for (Object constant : type.getEnumConstants()) {
      if (word((Enum<?>) constant).equals(name)) {
        return constant;
      }
    }
    ImmutableList<String> words = Arrays.stream(type.getEnumConstants())
        .map(constant -> word((Enum<?>) constant))
        .collect(ImmutableList.toImmutableList());
    String hint = Suggestion.didYouMean(name, words).orElse("it is one of " + String.join(", ", words));
    throw reader.hinted(token, "'" + name + "' has no meaning here", Optional.of(hint));
  }

  /** An enum constant as the text form writes it. */
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static boolean truth(TextReader reader) {
    if (reader.accept("true")) {
      return true;
    }
    reader.expect("false");
    return false;
  }

  /** A string as the text form writes it. */
  public static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"")
        .replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "\"";
  }

  private static Class<?> rawClass(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static Type argument(Type type) {
    return ((ParameterizedType) type).getActualTypeArguments()[0];
  }
}
