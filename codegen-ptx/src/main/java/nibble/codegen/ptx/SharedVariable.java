package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Shared memory that a kernel declares. As an operand it is its address.
 *
 * @param name a PTX identifier, unique in the module
 * @param alignment in bytes, a power of two
 * @param bytes the size; 0 for dynamic shared memory, whose size the launch says
 */
public record SharedVariable(String name, int alignment, int bytes) implements Operand, AddressBase {
  public SharedVariable {
    Names.check(name);
    checkArgument(Integer.bitCount(alignment) == 1, "alignment %s of %s", alignment, name);
    checkArgument(bytes >= 0, "%s bytes of %s", bytes, name);
  }

  public boolean isDynamic() {
    return bytes == 0;
  }

  @Override
  public String toString() {
    return name;
  }
}
