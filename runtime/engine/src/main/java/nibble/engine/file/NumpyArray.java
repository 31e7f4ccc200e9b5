package nibble.engine.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A {@code .npy} array of any plain dtype, as bytes: also of those that no number format stands for.
 *
 * @param kind the dtype without its byte order: {@code f4}, {@code u8}
 * @param shape extents
 * @param bytes elements in row-major order, little-endian
 */
public record NumpyArray(String kind, List<Long> shape, byte[] bytes) {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;
  private static final int PRELUDE = NpyHeader.MAGIC.length + 2;
  private static final String KIND = "[<>|=]?[fiub][1248]";

  /**
   * Reads an array.
   *
   * @throws nibble.ir.diagnostic.InputException where it is no array, cut off, or of another byte or element order
   */
  public static NumpyArray read(Path path) {
    FileFault fault = new FileFault(path);
    byte[] file = FileReading.bytes(path, MAX_BYTES);
    boolean isArray = file.length > PRELUDE + 4
        && Arrays.equals(file, 0, NpyHeader.MAGIC.length, NpyHeader.MAGIC, 0, NpyHeader.MAGIC.length);
    if (!isArray) {
      throw fault.of("is no NumPy array: it lacks the magic bytes");
    }
    int lengthBytes = file[NpyHeader.MAGIC.length] == 1 ? 2 : 4;
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (file[PRELUDE + i] & 0xffL) << Byte.SIZE * i;
    }
    long start = PRELUDE + lengthBytes + length;
    if (start > file.length) {
      throw fault.of("is cut off within its header");
    }
    String text = new String(file, PRELUDE + lengthBytes, (int) length, StandardCharsets.ISO_8859_1);
    return parse(text, Arrays.copyOfRange(file, (int) start, file.length), fault);
  }

  private static NumpyArray parse(String text, byte[] elements, FileFault fault) {
    NpyHeader header;
    try {
      header = NpyHeader.parse(text);
    } catch (PythonLiteral.Malformed e) {
      throw fault.of("has a header that can't be read: " + e.getMessage());
    }
    if (!header.descriptor().matches(KIND)) {
      throw fault.of("has elements of dtype " + FileFault.quoted(header.descriptor()), "convert it with .astype");
    }
    String kind = header.descriptor().substring(header.descriptor().length() - 2);
    if (header.descriptor().startsWith(">") || header.columnMajor() && header.shape().size() > 1) {
      throw fault.of(
          "lies in another order than memory does", "save numpy.ascontiguousarray(a.astype('<" + kind + "'))");
    }
    new Extents(header.shape()).fault().ifPresent(what -> {
      throw fault.of(what);
    });
    long expected = header.shape().stream().reduce(1L, (a, b) -> a * b) * width(kind);
    if (expected != elements.length) {
      throw fault.of(
          "claims " + header.shape() + " elements of " + kind + ", which take " + expected + " bytes, but has "
              + elements.length);
    }
    return new NumpyArray(kind, header.shape(), elements);
  }

  private static int width(String kind) {
    return kind.charAt(1) - '0';
  }

  /**
   * Writes the array.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be written
   */
  public void write(Path path) {
    FileWriting.write(path, content());
  }

  /** The content of a file of it. */
  public StagedFiles.Content content() {
    NpyHeader header = new NpyHeader((width(kind) == 1 ? "|" : "<") + kind, false, shape);
    return out -> {
      out.write(header.bytes());
      out.write(bytes);
    };
  }
}
