package nibble.codegen.ptx;

/**
 * A place in memory. The instruction says in what state space.
 *
 * @param base a register, a shared variable or a kernel parameter
 * @param offset bytes behind the base
 */
public record Address(AddressBase base, int offset) implements Operand {
  public static Address at(AddressBase base) {
    return new Address(base, 0);
  }

  public static Address at(AddressBase base, int offset) {
    return new Address(base, offset);
  }

  /** The address that many bytes further. */
  public Address plus(int bytes) {
    return new Address(base, offset + bytes);
  }

  @Override
  public String toString() {
    String name = nameOf(base);
    return offset == 0 ? "[" + name + "]" : "[" + name + (offset > 0 ? "+" : "") + offset + "]";
  }

  private static String nameOf(AddressBase base) {
    return switch (base) {
      case Register register -> register.toString();
      case SharedVariable variable -> variable.name();
      case Parameter parameter -> parameter.name();
    };
  }
}
