package nibble.cli;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import nibble.ir.diagnostic.Suggestion;

/** What {@code ptx run} calls the elements of buffers, and scalars. */
enum ElementKind {
  S8("i1"),
  U8("u1"),
  S16("i2"),
  U16("u2"),
  S32("i4"),
  U32("u4"),
  S64("i8"),
  U64("u8"),
  F16("f2"),
  F32("f4"),
  F64("f8");

  private static final String HEXADECIMAL = "[+-]?0[xX][0-9a-fA-F]{1,16}";
  private static final String DECIMAL = "[+-]?\\d{1,20}";
  private final String numpy;

  ElementKind(String numpy) {
    this.numpy = numpy;
  }

  static ElementKind of(String name) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException(
            "there is no element type '" + name + "'",
            Suggestion.didYouMean(name, Arrays.stream(values()).map(ElementKind::toString).toList())
                .orElse("known are s8 u8 s16 u16 s32 u32 s64 u64 f16 f32 f64; narrow floats go as raw u8 or u16")));
  }

  /** The dtype without its byte order. */
  String numpy() {
    return numpy;
  }

  int bytes() {
    return numpy.charAt(1) - '0';
  }

  int bits() {
    return bytes() * Byte.SIZE;
  }

  boolean isFloat() {
    return numpy.charAt(0) == 'f';
  }

  private boolean isSigned() {
    return numpy.charAt(0) == 'i';
  }

  /**
   * The bytes of a number: decimal, or hexadecimal behind 0x; a floating-point one may be NaN or Infinity.
   *
   * @throws UsageException where the text is none, or one that does not fit
   */
  byte[] parse(String text) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes()).order(ByteOrder.LITTLE_ENDIAN);
    if (isFloat()) {
      put(buffer, number(text));
    } else {
      put(buffer, integer(text));
    }
    return buffer.array();
  }

  private double number(String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new UsageException("'" + text + "' is no number of type " + this, "write 1.5, -2e-3, NaN or Infinity");
    }
    boolean isInfinite = Double.isInfinite(switch (bytes()) {
      case 2 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
      case 4 -> (float) value;
      default -> value;
    });
    if (isInfinite && !text.strip().matches("[+-]?Infinity")) {
      throw new UsageException(text + " does not fit the type " + this, "write Infinity where that is meant");
    }
    return value;
  }

  private long integer(String text) {
    if (!text.matches(HEXADECIMAL) && !text.matches(DECIMAL)) {
      throw new UsageException("'" + text + "' is no integer of type " + this, "write 1000, -1 or 0x3e8");
    }
    BigInteger value = text.matches(HEXADECIMAL)
        ? new BigInteger(text.replaceFirst("0[xX]", ""), 16) : new BigInteger(text);
    BigInteger end = BigInteger.ONE.shiftLeft(isSigned() ? bits() - 1 : bits());
    BigInteger least = isSigned() ? end.negate() : BigInteger.ZERO;
    if (value.compareTo(least) < 0 || value.compareTo(end) >= 0) {
      throw new UsageException(
          text + " does not fit the type " + this,
          "it holds " + least + " to " + end.subtract(BigInteger.ONE));
    }
    return value.longValue();
  }

  /** Writes an integer, or its lower bits where the type has fewer. */
  void put(ByteBuffer buffer, long value) {
    switch (bytes()) {
      case 1 -> buffer.put((byte) value);
      case 2 -> buffer.putShort((short) value);
      case 4 -> buffer.putInt((int) value);
      default -> buffer.putLong(value);
    }
  }

  /** Writes a number, rounded to the type. */
  void put(ByteBuffer buffer, double value) {
    switch (bytes()) {
      case 2 -> buffer.putShort(Float.floatToFloat16((float) value));
      case 4 -> buffer.putFloat((float) value);
      default -> buffer.putDouble(value);
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
