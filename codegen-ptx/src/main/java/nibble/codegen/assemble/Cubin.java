package nibble.codegen.assemble;

import java.util.Arrays;

/** Machine code: an ELF file for the driver. */
public final class Cubin {
  private final byte[] bytes;

  Cubin(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** A copy of the file. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cubin cubin && Arrays.equals(bytes, cubin.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "cubin of " + bytes.length + " bytes";
  }
}
