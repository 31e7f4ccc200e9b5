package nibble.engine.file;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import nibble.engine.tensor.HostBytes;

/**
 * A member of a ZIP archive.
 *
 * @param name its path in the archive
 * @param deflated whether it is compressed; stored as it is otherwise
 * @param size bytes when unpacked, as the directory claims
 * @param crc its checksum, as the directory claims
 * @param packed its bytes in the archive
 * @param file names the archive
 */
record ZipMember(String name, boolean deflated, long size, long crc, MemorySegment packed, FileFault file)
    implements NpyReader.Content {
  // No deflate stream unpacks to more ("zlib technical details": 1032 to 1).
  private static final long MAX_RATIO = 1032;
  private static final int PIECE = 1 << 16;

  ZipMember {
    if (deflated ? size / MAX_RATIO > packed.byteSize() : size != packed.byteSize()) {
      throw file.of(
          "the archive claims that " + FileFault.quoted(name) + " unpacks from " + packed.byteSize() + " to " + size
              + " bytes, which can't be");
    }
  }

  @Override
  public MemorySegment first(long count) {
    long wanted = Math.min(count, size);
    return deflated ? inflate(wanted) : packed.asSlice(0, wanted);
  }

  @Override
  public MemorySegment all() {
    MemorySegment bytes = deflated ? inflate(size) : packed;
    CRC32 sum = new CRC32();
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      sum.update(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
    }
    if (sum.getValue() != crc) {
      throw file.of("the member " + FileFault.quoted(name) + " is damaged: its checksum does not fit");
    }
    return bytes;
  }

  private MemorySegment inflate(long wanted) {
    MemorySegment target = HostBytes.allocate(wanted, file.path() + ": the member " + FileFault.quoted(name));
    try (Inflater inflater = new Inflater(true)) {
      long read = 0;
      long written = 0;
      while (written < wanted) {
        if (inflater.needsInput()) {
          long length = Math.min(PIECE, packed.byteSize() - read);
          if (length == 0) {
            throw shorter(written);
          }
          inflater.setInput(packed.asSlice(read, length).asByteBuffer());
          read += length;
        }
        int count = inflater.inflate(
            target.asSlice(written, Math.min(PIECE, wanted - written)).asByteBuffer());
        written += count;
        if (count == 0 && (inflater.finished() || inflater.needsDictionary())) {
          throw shorter(written);
        }
      }
    } catch (DataFormatException e) {
      throw file.of("the member " + FileFault.quoted(name) + " is damaged: " + e.getMessage());
    }
    return target;
  }

  private RuntimeException shorter(long written) {
    return file.of(
        "the member " + FileFault.quoted(name) + " ends after " + written + " of the " + size
            + " bytes that it claims");
  }
}
