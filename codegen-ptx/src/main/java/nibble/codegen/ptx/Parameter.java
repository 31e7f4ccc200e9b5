package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A parameter of a kernel.
 *
 * @param name a PTX identifier, unique in the kernel
 * @param type the type; {@link PtxType#U64} for pointers
 * @param pointerAlignment for a pointer to global memory, to how many bytes its target is aligned; else 0
 */
public record Parameter(String name, PtxType type, int pointerAlignment) implements AddressBase {
  public Parameter {
    Names.check(name);
    checkArgument(pointerAlignment == 0 || Integer.bitCount(pointerAlignment) == 1, "alignment %s", pointerAlignment);
    checkArgument(pointerAlignment == 0 || type == PtxType.U64, "a pointer of type %s", type);
  }

  public boolean isPointer() {
    return pointerAlignment > 0;
  }

  @Override
  public String toString() {
    String attributes = isPointer() ? " .ptr .global .align " + pointerAlignment : "";
    return ".param ." + type.keyword() + attributes + " " + name;
  }
}
