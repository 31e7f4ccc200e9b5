package nibble.emulator.tensor;

import nibble.emulator.format.FloatFormat;

/** What the elements of a matrix operand are. */
public enum ElementType {
  F16(16, FloatFormat.F16, 0),
  BF16(16, FloatFormat.BF16, 0),
  TF32(32, FloatFormat.TF32, 13),
  E4M3(8, FloatFormat.E4M3, 0),
  E5M2(8, FloatFormat.E5M2, 0),
  /** In the low bits of a byte. */
  E3M2(8, FloatFormat.E3M2, 0),
  /** In the low bits of a byte. */
  E2M3(8, FloatFormat.E2M3, 0),
  /** In the middle of a byte, as instructions have it that take several formats. */
  E2M1_IN_BYTE(8, FloatFormat.E2M1, 2),
  E2M1(4, FloatFormat.E2M1, 0),
  S8(8, null, 0),
  U8(8, null, 0),
  S4(4, null, 0),
  U4(4, null, 0),
  B1(1, null, 0),
  F64(64, null, 0);

  private final int bits;
  private final FloatFormat format;
  private final int dropped;

  ElementType(int bits, FloatFormat format, int dropped) {
    this.bits = bits;
    this.format = format;
    this.dropped = dropped;
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

  /** Low bits of an element that are ignored. */
  int dropped() {
    return dropped;
  }

  /** High bits of a floating-point element that are ignored. */
  int padding() {
    return bits - dropped - format.bits();
  }

  /** The value of a floating-point element. */
  double value(int code) {
    return format.decode(code >>> dropped);
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
