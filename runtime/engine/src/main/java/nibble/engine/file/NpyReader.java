package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.NumberFormat;

/** Reads {@code .npy} arrays, alone in a file or as members of an archive. */
final class NpyReader {
  private static final int PRELUDE = NpyHeader.MAGIC.length + 2;
  private static final int MAX_HEADER = 1 << 20;

  private NpyReader() {}

  /** The bytes of an array; a part of a file, or of an archive's member that is unpacked as far as needed. */
  interface Content {
    /** All bytes, header included. */
    long size();

    /** The first bytes: as many as asked for, or all. */
    MemorySegment first(long count);

    /** All bytes. */
    MemorySegment all();
  }

  /** A file with one array; it is known by the file's name without the ending. */
  static ImmutableMap<String, FileTensor> read(MappedFile file) {
    Content content = new Content() {
      @Override
      public long size() {
        return file.size();
      }

      @Override
      public MemorySegment first(long count) {
        return file.content().asSlice(0, Math.min(count, file.size()));
      }

      @Override
      public MemorySegment all() {
        return file.content();
      }
    };
    String name = nameOf(file.path());
    return ImmutableMap.of(name, read(name, content, file.fault()));
  }

  private static String nameOf(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".npy") && name.length() > 4 ? name.substring(0, name.length() - 4) : name;
  }

  static FileTensor read(String name, Content content, FileFault file) {
    MemorySegment prelude = content.first(PRELUDE + 4);
    if (prelude.byteSize() < PRELUDE + 4
        || prelude.asSlice(0, NpyHeader.MAGIC.length).mismatch(MemorySegment.ofArray(NpyHeader.MAGIC)) >= 0) {
      throw file.tensor(name, "is no NumPy array: it lacks the magic bytes");
    }
    int major = u8(prelude, NpyHeader.MAGIC.length);
    if (major < 1 || major > 3) {
      throw file.tensor(name, "is a NumPy array of version " + major + "; known are 1 to 3");
    }
    int lengthBytes = major == 1 ? 2 : 4;
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (long) u8(prelude, PRELUDE + i) << Byte.SIZE * i;
    }
    long start = PRELUDE + lengthBytes + length;
    if (length > MAX_HEADER || start > content.size()) {
      throw file.tensor(
          name, "claims a header of " + length + " bytes, but there are " + (content.size() - PRELUDE - lengthBytes));
    }
    MemorySegment headed = content.first(start);
    byte[] text = headed.asSlice(PRELUDE + lengthBytes, headed.byteSize() - PRELUDE - lengthBytes)
        .toArray(ValueLayout.JAVA_BYTE);
    if (text.length != length) {
      throw file.tensor(name, "is cut off within its header");
    }
    return tensor(name, parse(name, text, major, file), start, content, file);
  }

  private static NpyHeader parse(String name, byte[] text, int major, FileFault file) {
    try {
      return NpyHeader.parse(new String(text, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    } catch (PythonLiteral.Malformed e) {
      throw file.tensor(name, "has a header that can't be read: " + e.getMessage());
    }
  }

  private static FileTensor tensor(String name, NpyHeader header, long start, Content content, FileFault file) {
    Extents extents = new Extents(header.shape());
    extents.fault().ifPresent(what -> {
      throw file.tensor(name, what);
    });
    Optional<NumberFormat> format = header.format();
    if (format.isEmpty()) {
      return new RefusedTensor(file, name, header.refusal(), NpyHeader.refusalHint());
    }
    TensorType type = extents.typeOf(format.get());
    long expected = PackedLayout.of(type).elementBytes();
    long found = content.size() - start;
    if (found != expected) {
      throw wrongSize(name, type, expected, found, file);
    }
    return new StoredTensor(name, type, header.order(), () -> content.all().asSlice(start, expected));
  }

  private static InputException wrongSize(String name, TensorType type, long expected, long found, FileFault file) {
    return file.tensor(
        name, "claims the type " + type + " of " + expected + " bytes, but " + found + " bytes follow its header"
            + (found < expected ? ": it is cut off" : ""));
  }

  private static int u8(MemorySegment bytes, long offset) {
    return bytes.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }
}
