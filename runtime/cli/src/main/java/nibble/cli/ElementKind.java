package nibble.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import nibble.ir.diagnostic.InputException;
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

  private final String numpy;

  ElementKind(String numpy) {
    this.numpy = numpy;
  }

  static ElementKind of(String name) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst()
        .orElseThrow(() -> new InputException(
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

  boolean isFloat() {
    return numpy.charAt(0) == 'f';
  }

  /**
   * The bytes of a number.
   *
   * @throws InputException where the text is none, or one that does not fit
   */
  byte[] parse(String text) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes()).order(ByteOrder.LITTLE_ENDIAN);
    try {
      switch (this) {
        case F16 -> buffer.putShort(Float.floatToFloat16(Float.parseFloat(text)));
        case F32 -> buffer.putFloat(Float.parseFloat(text));
        case F64 -> buffer.putDouble(Double.parseDouble(text));
        case U64 -> buffer.putLong(text.startsWith("-") ? unfit(text) : Long.parseUnsignedLong(text));
        case S64 -> buffer.putLong(Long.decode(text));
        case S8, U8, S16, U16, S32, U32 -> integer(buffer, text);
      }
    } catch (NumberFormatException e) {
      throw new InputException("'" + text + "' is no " + this);
    }
    return buffer.array();
  }

  private void integer(ByteBuffer buffer, String text) {
    long value = Long.decode(text);
    int bits = bytes() * Byte.SIZE;
    boolean signed = numpy.charAt(0) == 'i';
    long least = signed ? -(1L << bits - 1) : 0;
    long most = signed ? (1L << bits - 1) - 1 : (1L << bits) - 1;
    if (value < least || value > most) {
      unfit(text);
    }
    for (int i = 0; i < bytes(); i++) {
      buffer.put((byte) (value >> i * Byte.SIZE));
    }
  }

  private long unfit(String text) {
    throw new InputException(text + " does not fit a " + this);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
