package nibble.ir.text;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.Op;

/**
 * The record behind an op class: its attributes in order, how to read them from an op, and how to make an op from them.
 * The one place that looks at records by reflection.
 */
public final class OpRecord {
  /** The component that is the result type, written behind the colon. */
  public static final String RESULT = "result";

  private static final ClassValue<OpRecord> RECORDS = new ClassValue<>() {
    @Override
    protected OpRecord computeValue(Class<?> type) {
      return new OpRecord(type.asSubclass(Op.class));
    }
  };

  private final ImmutableList<RecordComponent> components;
  private final Constructor<? extends Op> constructor;

  private OpRecord(Class<? extends Op> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is an op but no record");
    }
    components = ImmutableList.copyOf(type.getRecordComponents());
    try {
      constructor = type.getDeclaredConstructor(
          Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      components.forEach(component -> component.getAccessor().setAccessible(true));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  public static OpRecord of(Class<? extends Op> type) {
    return RECORDS.get(type);
  }

  public int size() {
    return components.size();
  }

  public String name(int index) {
    return components.get(index).getName();
  }

  /** The generic type, such as {@code ImmutableList<Integer>}. */
  public Type type(int index) {
    return components.get(index).getGenericType();
  }

  public Object value(Op op, int index) {
    try {
      return components.get(index).getAccessor().invoke(op);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("can't read " + components.get(index) + " of " + op, e);
    }
  }

  public List<String> names() {
    return components.stream().map(RecordComponent::getName).toList();
  }

  /** Whether the component is the result type, which is written behind the colon and not as an attribute. */
  public boolean isResult(int index) {
    return name(index).equals(RESULT)
        && type(index) instanceof Class<?> type && nibble.ir.Type.class.isAssignableFrom(type);
  }

  /** The names of the components that are written as attributes. */
  public List<String> attributeNames() {
    return IntStream.range(0, size()).filter(i -> !isResult(i)).mapToObj(this::name).toList();
  }

  /**
   * Makes an op.
   *
   * @throws IllegalArgumentException what its constructor throws at attributes that make no sense
   */
  public Op make(Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InstantiationException | IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
