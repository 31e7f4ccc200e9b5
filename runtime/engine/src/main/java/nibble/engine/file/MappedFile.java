package nibble.engine.file;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import nibble.ir.diagnostic.InputException;

/**
 * A file mapped into memory, read only. Numbers are little-endian and unsigned.
 *
 * @param path where it lies
 * @param content all of it
 * @param arena what keeps it mapped
 */
record MappedFile(Path path, MemorySegment content, Arena arena) implements AutoCloseable {
  static MappedFile open(Path path) {
    FileFault fault = new FileFault(path);
    if (path.toString().isEmpty()) {
      throw fault.of("the name of the file is empty");
    }
    if (Files.isDirectory(path)) {
      throw fault.of("is a folder, not a file");
    }
    // Opening a pipe would wait for somebody to write to it.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw fault.of("is no regular file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
    } catch (IOException e) {
      arena.close();
      throw fault.of(e);
    }
  }

  long size() {
    return content.byteSize();
  }

  FileFault fault() {
    return new FileFault(path);
  }

  /**
   * A part of the file.
   *
   * @param what names the part for the message
   * @throws InputException where it reaches beyond the file
   */
  MemorySegment slice(long offset, long length, String what) {
    if (offset < 0 || length < 0 || offset > size() || length > size() - offset) {
      throw fault().of(
          what + " takes " + Long.toUnsignedString(length) + " bytes at " + Long.toUnsignedString(offset)
              + ", but the file ends at " + size());
    }
    return content.asSlice(offset, length);
  }

  int u8(long offset) {
    return content.get(JAVA_BYTE, offset) & 0xff;
  }

  int u16(long offset) {
    return content.get(JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset) & 0xffff;
  }

  long u32(long offset) {
    return content.get(JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN), offset) & 0xffff_ffffL;
  }

  /** Negative where the top bit is set, which no offset or size can have. */
  long u64(long offset) {
    return content.get(JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN), offset);
  }

  @Override
  public void close() {
    arena.close();
  }
}
