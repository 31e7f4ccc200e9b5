package nibble.passes.pipeline;

import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableMap;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.passes.PassOption;

/**
 * The syntax of an option whose values are records: {@code sla(top = 0.1, map = elu)}, a name and the components that
 * have not their default, each with {@link PassOption}.
 *
 * @param description what a value is, for messages
 * @param types record classes by name
 */
public record RecordSyntax<T>(String description, ImmutableMap<String, Class<? extends T>> types) {
  private static final OptionSyntaxes SYNTAXES = OptionSyntaxes.of(List.of());

  /** The syntax of an option of that class. */
  public OptionSyntax<T> syntax(Class<T> type) {
    return new OptionSyntax<>(type, description, this::parse, this::print);
  }

  private T parse(String text, Registry registry) {
    int open = text.indexOf('(');
    String name = (open < 0 ? text : text.substring(0, open)).strip();
    Class<? extends T> type = types.get(name);
    if (type == null) {
      throw new InputException("'" + name + "' is not " + description, Suggestion.didYouMean(name, types.keySet())
          .orElse("there are " + String.join(", ", types.keySet())));
    }
    if (open >= 0 && !text.endsWith(")")) {
      throw new InputException("'" + text + "' has a parenthesis that is not closed");
    }
    String list = open < 0 ? "" : text.substring(open + 1, text.length() - 1);
    Map<String, String> given = new HashMap<>();
    for (Quoting.Item item : Quoting.items("[" + list + "]")) {
      String[] parts = item.text().split("=", 2);
      if (parts.length < 2 || given.putIfAbsent(parts[0].strip(), parts[1].strip()) != null) {
        throw new InputException("'" + item.text() + "' in " + name + "(...) is no option", "write each once, as name = value");
      }
    }
    Object[] values = Arrays.stream(type.getRecordComponents())
        .map(component -> value(component, given.remove(optionName(component)), registry)).toArray();
    if (!given.isEmpty()) {
      String unknown = given.keySet().stream().sorted().findFirst().orElseThrow();
      List<String> known = Arrays.stream(type.getRecordComponents()).map(RecordSyntax::optionName).toList();
      throw new InputException(name + " has no option '" + unknown + "'",
          Suggestion.didYouMean(unknown, known).orElse("its options are " + String.join(", ", known)));
    }
    return make(type, values);
  }

  private static String optionName(RecordComponent component) {
    return CaseFormat.LOWER_CAMEL.to(
        CaseFormat.LOWER_HYPHEN, component.getName());
  }

  private static OptionSyntax<?> syntaxOf(RecordComponent component) {
    return SYNTAXES.of(isOptional(component)
        ? ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0]
        : component.getGenericType());
  }

  private static boolean isOptional(RecordComponent component) {
    return component.getType() == Optional.class;
  }

  private static String otherwise(RecordComponent component) {
    return component.getAnnotation(PassOption.class).otherwise();
  }

  private static Object value(RecordComponent component, String given, Registry registry) {
    String text = given == null ? otherwise(component) : given;
    if (isOptional(component) && given == null) {
      return Optional.empty();
    }
    OptionSyntax<?> syntax = syntaxOf(component);
    try {
      Object value = syntax.parse().apply(text, registry);
      return isOptional(component) ? Optional.of(value) : value;
    } catch (NumberFormatException e) {
      throw new InputException(given == null
          ? "the option '" + optionName(component) + "' must be given: " + component.getAnnotation(PassOption.class).value()
          : "'" + text + "' is not " + syntax.description());
    }
  }

  private T make(Class<? extends T> type, Object[] values) {
    Class<?>[] components =
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getConstructor(components).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private String print(T value) {
    String name = types.entrySet().stream().filter(entry -> entry.getValue() == value.getClass())
        .map(Map.Entry::getKey).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(value + " is not registered"));
    List<String> options = new ArrayList<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object of = of(component, value);
      Optional<Object> given = of instanceof Optional<?> optional ? optional.map(Function.identity()) : Optional.of(of);
      given.map(known -> text(syntaxOf(component), known)).filter(text -> !text.equals(otherwise(component)))
          .ifPresent(text -> options.add(optionName(component) + "=" + text));
    }
    return name + (options.isEmpty() ? "" : options.stream().collect(Collectors.joining(", ", "(", ")")));
  }

  private static Object of(RecordComponent component, Object value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked") // The syntax was looked up by the class of the component.
  private static <V> String text(OptionSyntax<V> syntax, Object value) {
    return syntax.print().apply((V) value);
  }
}
