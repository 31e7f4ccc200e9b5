package nibble.engine.file;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one protobuf message in order. Nested messages and byte strings are handed out as parts of the
 * mapped file and passed over, so that nothing is read that is not asked for.
 */
final class ProtoReader {
  private static final int BUFFER = 512;
  private final MemorySegment message;
  private final CodedInputStream in;
  private int tag;

  /** A reader of a message of at most 2 GiB, which is as long as one can be. */
  ProtoReader(MemorySegment message) throws IOException {
    this.message = message;
    this.in = CodedInputStream.newInstance(new SegmentStream(message), BUFFER);
    in.pushLimit(Math.toIntExact(message.byteSize()));
  }

  /** Steps to the next field and gives its number, or 0 at the end. The field must then be read or passed over. */
  int next() throws IOException {
    tag = in.readTag();
    return WireFormat.getTagFieldNumber(tag);
  }

  /** Whether the field holds bytes, a text, a message or packed numbers. */
  boolean isBytes() {
    return WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** The bytes of the field, in place. */
  MemorySegment bytes() throws IOException {
    requireType(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw new InvalidProtocolBufferException(
          "a field of " + Integer.toUnsignedString(length) + " bytes begins at " + in.getTotalBytesRead() + " of "
              + message.byteSize());
    }
    MemorySegment bytes = message.asSlice(in.getTotalBytesRead(), length);
    in.skipRawBytes(length);
    return bytes;
  }

  String text() throws IOException {
    requireType(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    if (length < 0 || length > in.getBytesUntilLimit()) {
      throw new InvalidProtocolBufferException("a text of " + Integer.toUnsignedString(length) + " bytes is cut off");
    }
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  /** An integer, or the bits of a fixed-width number. */
  long number() throws IOException {
    return switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64();
      case WireFormat.WIRETYPE_FIXED32 -> in.readRawLittleEndian32();
      case WireFormat.WIRETYPE_FIXED64 -> in.readRawLittleEndian64();
      default -> throw new InvalidProtocolBufferException("field " + WireFormat.getTagFieldNumber(tag)
          + " is no number");
    };
  }

  void skip() throws IOException {
    if (isBytes()) {
      bytes();
    } else if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that never began");
    }
  }

  private void requireType(int wireType) throws IOException {
    if (WireFormat.getTagWireType(tag) != wireType) {
      throw new InvalidProtocolBufferException(
          "field " + WireFormat.getTagFieldNumber(tag) + " has the wire type " + WireFormat.getTagWireType(tag));
    }
  }

  /** Bytes of a segment as a stream that skips at no cost. */
  private static final class SegmentStream extends InputStream {
    private final MemorySegment bytes;
    private long at;

    SegmentStream(MemorySegment bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return at < bytes.byteSize() ? bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = (int) Math.min(length, bytes.byteSize() - at);
      if (count == 0 && length > 0) {
        return -1;
      }
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, target, offset, count);
      at += count;
      return count;
    }

    @Override
    public long skip(long count) {
      long skipped = Math.clamp(count, 0, bytes.byteSize() - at);
      at += skipped;
      return skipped;
    }
  }
}
