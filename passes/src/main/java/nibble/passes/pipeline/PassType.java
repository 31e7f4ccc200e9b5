package nibble.passes.pipeline;

import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;
import nibble.ir.Registry;
import nibble.passes.Pass;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * A class of passes: its documentation, its options, and how to make one from the values of its components.
 *
 * @param type the record class
 * @param info name and documentation
 * @param options in order of the components
 */
public record PassType(Class<? extends Pass> type, PassInfo info, ImmutableList<Option> options) {
  /** How many values an option holds. */
  public enum Arity {
    ONE,
    OPTIONAL,
    LIST,
    /** All options that have no component of their own. */
    REST
  }

  /**
   * An option.
   *
   * @param name in pipeline text
   * @param summary one sentence
   * @param otherwise text of the default; empty where there is none
   * @param arity how many values it holds
   * @param syntax of one value
   * @param component the record's component
   */
  public record Option(
      String name, String summary, String otherwise, Arity arity, OptionSyntax<?> syntax, RecordComponent component) {
    boolean isRequired() {
      return arity == Arity.ONE && otherwise.isEmpty();
    }

    /** The value where the option is not given. */
    Object absent(Registry registry) {
      return switch (arity) {
        case ONE -> syntax.parse().apply(otherwise, registry);
        case OPTIONAL -> Optional.empty();
        case LIST -> ImmutableList.of();
        case REST -> ImmutableMap.of();
      };
    }

    Object of(Pass pass) {
      try {
        return component.getAccessor().invoke(pass);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("can't read " + component + " of " + pass, e);
      }
    }
  }

  public String name() {
    return info.name();
  }

  Optional<Option> option(String name) {
    return options.stream().filter(option -> option.name().equals(name) && option.arity() != Arity.REST).findFirst();
  }

  /** The option that takes the names of no other. */
  Optional<Option> rest() {
    return options.stream().filter(option -> option.arity() == Arity.REST).findFirst();
  }

  static PassType of(Class<? extends Pass> type, OptionSyntaxes syntaxes) {
    PassInfo info = PassInfo.Reader.of(type);
    if (!type.isRecord()) {
      throw new IllegalArgumentException("the pass " + info.name() + " is no record but " + type.getName());
    }
    ImmutableList<Option> options = Arrays.stream(type.getRecordComponents())
        .map(component -> option(component, syntaxes))
        .collect(ImmutableList.toImmutableList());
    return new PassType(type, info, options);
  }

  private static Option option(RecordComponent component, OptionSyntaxes syntaxes) {
    component.getAccessor().setAccessible(true);
    PassOption documentation = component.getAnnotation(PassOption.class);
    if (documentation == null) {
      throw new IllegalArgumentException("the option " + component + " lacks @PassOption");
    }
    String name = CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_HYPHEN, component.getName());
    Arity arity = arity(component.getType());
    Type value = component.getGenericType();
    if (arity != Arity.ONE) {
      Type[] arguments = ((ParameterizedType) value).getActualTypeArguments();
      value = arguments[arguments.length - 1];
    }
    return new Option(name, documentation.value(), documentation.otherwise(), arity, syntaxes.of(value), component);
  }

  private static Arity arity(Class<?> type) {
    if (type == Optional.class) {
      return Arity.OPTIONAL;
    }
    if (type == ImmutableList.class) {
      return Arity.LIST;
    }
    return type == ImmutableMap.class ? Arity.REST : Arity.ONE;
  }

  /**
   * Makes a pass.
   *
   * @param values one for each component
   * @throws IllegalArgumentException what its constructor throws at options that make no sense together
   */
  Pass make(Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<? extends Pass> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
