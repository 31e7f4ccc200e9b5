package nibble.engine.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Numbers of a packed protobuf field, one after the other. */
final class PackedNumbers {
  private static final int MAX_VARINT = 10;
  private final MemorySegment bytes;
  private long at;

  PackedNumbers(MemorySegment bytes) {
    this.bytes = bytes;
  }

  boolean hasNext() {
    return at < bytes.byteSize();
  }

  /** Seven bits a byte, the lowest first; the top bit says that more follow. */
  long varint() throws IOException {
    long number = 0;
    for (int i = 0; i < MAX_VARINT && at < bytes.byteSize(); i++) {
      long piece = bytes.get(ValueLayout.JAVA_BYTE, at++);
      number |= (piece & 0x7f) << 7 * i;
      if (piece >= 0) {
        return number;
      }
    }
    throw new IOException("a number is cut off");
  }

  /** A number of fixed width, little-endian. */
  long fixed(int width) throws IOException {
    if (bytes.byteSize() - at < width) {
      throw new IOException("a number is cut off");
    }
    long number = 0;
    for (int b = 0; b < width; b++) {
      number |= (bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xffL) << Byte.SIZE * b;
    }
    return number;
  }
}
