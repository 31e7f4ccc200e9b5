package nibble.codegen.ptx;

/**
 * The types that registers are declared with. Integers and packed small elements live in the untyped {@code .b} types,
 * which agree with every instruction type of their size (PTX ISA 9.4).
 */
public enum RegisterType {
  PRED("pred", "p", 1),
  B8("b8", "c", 8),
  B16("b16", "h", 16),
  B32("b32", "r", 32),
  B64("b64", "rd", 64),
  F32("f32", "f", 32),
  F64("f64", "fd", 64);

  private final String keyword;
  private final String prefix;
  private final int bits;

  RegisterType(String keyword, String prefix, int bits) {
    this.keyword = keyword;
    this.prefix = prefix;
    this.bits = bits;
  }

  /** As in {@code .reg .b32}. */
  public String keyword() {
    return keyword;
  }

  /** What the names of registers of this type begin with, behind the percent sign. */
  public String prefix() {
    return prefix;
  }

  public int bits() {
    return bits;
  }
}
