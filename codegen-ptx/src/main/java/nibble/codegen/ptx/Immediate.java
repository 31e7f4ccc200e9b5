package nibble.codegen.ptx;

/**
 * A constant.
 *
 * @param kind how it is written
 * @param bits an integer, or the bits of the number
 */
public record Immediate(Kind kind, long bits) implements Operand {
  private static final int LAST_DECIMAL = 0xFFFF;

  /** How a constant is written. */
  public enum Kind {
    INTEGER,
    F32,
    F64
  }

  /** An integer, or the bits of a packed value. */
  public static Immediate imm(long value) {
    return new Immediate(Kind.INTEGER, value);
  }

  /** A single-precision number, exactly. */
  public static Immediate imm(float value) {
    return new Immediate(Kind.F32, Integer.toUnsignedLong(Float.floatToRawIntBits(value)));
  }

  /** A double-precision number, exactly. */
  public static Immediate imm(double value) {
    return new Immediate(Kind.F64, Double.doubleToRawLongBits(value));
  }

  @Override
  public String toString() {
    return switch (kind) {
      case INTEGER -> bits <= LAST_DECIMAL ? Long.toString(bits) : String.format("0x%X", bits);
      case F32 -> String.format("0f%08X", bits);
      case F64 -> String.format("0d%016X", bits);
    };
  }
}
