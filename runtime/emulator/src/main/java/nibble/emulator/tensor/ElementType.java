package nibble.emulator.tensor;

import nibble.emulator.format.FloatFormat;

/** What the elements of a matrix operand are. */
public enum ElementType {
  F16(16, FloatFormat.F16),
  BF16(16, FloatFormat.BF16),
  TF32(32, FloatFormat.TF32),
  E4M3(8, FloatFormat.E4M3),
  E5M2(8, FloatFormat.E5M2),
  S8(8, null),
  U8(8, null),
  S4(4, null),
  U4(4, null),
  B1(1, null),
  F64(64, null);

  private final int bits;
  private final FloatFormat format;

  ElementType(int bits, FloatFormat format) {
    this.bits = bits;
    this.format = format;
  }

  /** Bits that an element has in its register. */
  public int bits() {
    return bits;
  }

  /** Elements in a register of 32 bits; a double has a register of its own. */
  public int perRegister() {
    return Math.max(1, 32 / bits);
  }

  /** The floating-point format of up to 32 bits, or null. */
  public FloatFormat format() {
    return format;
  }

  public boolean isSigned() {
    return this == S8 || this == S4;
  }

  /** An integer element as an int. */
  int integer(int code) {
    int unused = 32 - bits;
    return isSigned() ? code << unused >> unused : code << unused >>> unused;
  }
}
