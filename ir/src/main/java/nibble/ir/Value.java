package nibble.ir;

/**
 * The result of an operation or an argument of a block. Its name is unique in its function, and is its identity there.
 */
public final class Value {
  private final String name;
  private final Type type;

  /**
   * @param name letters, digits, {@code _}, {@code .} and {@code -}, without the percent sign; the verifier refuses
   *     others
   */
  public Value(String name, Type type) {
    this.name = name;
    this.type = type;
  }

  public String name() {
    return name;
  }

  public Type type() {
    return type;
  }

  /** The type of a value of Tensor IR. */
  public TensorType tensorType() {
    if (type instanceof TensorType tensor) {
      return tensor;
    }
    throw new IllegalStateException(this + " has type " + type + ", which is no tensor");
  }

  @Override
  public boolean equals(Object other) {
    return this == other || (other instanceof Value value && name.equals(value.name) && type.equals(value.type));
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "%" + name;
  }
}
