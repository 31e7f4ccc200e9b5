package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A parameter of a kernel.
 *
 * @param name a PTX identifier, unique in the kernel
 * @param type the type; {@link PtxType#U64} for pointers, {@link PtxType#B8} for tensor maps
 * @param pointerAlignment for a pointer to global memory, to how many bytes its target is aligned; else 0
 */
public record Parameter(String name, PtxType type, int pointerAlignment) implements AddressBase {
  /** Bytes of a tensor map, which the driver encodes, and to how many it is aligned (PTX ISA 5.5.9). */
  private static final int MAP_BYTES = 128;
  private static final int MAP_ALIGNMENT = 64;

  public Parameter {
    Names.check(name);
    checkArgument(pointerAlignment == 0 || Integer.bitCount(pointerAlignment) == 1, "alignment %s", pointerAlignment);
    checkArgument(pointerAlignment == 0 || type == PtxType.U64, "a pointer of type %s", type);
  }

  /** A tensor map, by value. */
  public static Parameter tensorMap(String name) {
    return new Parameter(name, PtxType.B8, 0);
  }

  public boolean isPointer() {
    return pointerAlignment > 0;
  }

  public boolean isTensorMap() {
    return type == PtxType.B8;
  }

  @Override
  public String toString() {
    if (isTensorMap()) {
      return ".param .align " + MAP_ALIGNMENT + " .b8 " + name + "[" + MAP_BYTES + "]";
    }
    String attributes = isPointer() ? " .ptr .global .align " + pointerAlignment : "";
    return ".param ." + type.keyword() + attributes + " " + name;
  }
}
