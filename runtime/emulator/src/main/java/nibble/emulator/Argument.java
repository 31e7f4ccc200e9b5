package nibble.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A kernel's argument: bytes, as they lie in the kernel's parameter. */
public final class Argument {
  private final byte[] bytes;

  private Argument(byte[] bytes) {
    this.bytes = bytes;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** One byte. */
  public static Argument of(byte value) {
    return new Argument(new byte[] {value});
  }

  /** Two bytes, such as an f16's code. */
  public static Argument of(short value) {
    return new Argument(buffer(2).putShort(value).array());
  }

  /** Four bytes. */
  public static Argument of(int value) {
    return new Argument(buffer(4).putInt(value).array());
  }

  /** Eight bytes, such as an address. */
  public static Argument of(long value) {
    return new Argument(buffer(8).putLong(value).array());
  }

  /** Single precision. */
  public static Argument of(float value) {
    return new Argument(buffer(4).putFloat(value).array());
  }

  /** Double precision. */
  public static Argument of(double value) {
    return new Argument(buffer(8).putDouble(value).array());
  }

  /** The address of an allocation. */
  public static Argument of(Allocation allocation) {
    return of(allocation.address());
  }

  /** A structure by value. */
  public static Argument of(byte[] bytes) {
    return new Argument(bytes.clone());
  }

  /** The bytes, lowest address first. */
  public byte[] bytes() {
    return bytes.clone();
  }

  int size() {
    return bytes.length;
  }
}
