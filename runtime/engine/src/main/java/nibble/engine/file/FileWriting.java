package nibble.engine.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file whole or not at all: beside its place first, then moved there. */
public final class FileWriting {
  private static final int PIECE = 1 << 20;

  private FileWriting() {}

  /** What goes into the file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be written; nothing is left behind then
   */
  public static void write(Path path, Content content) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      Path temporary = Files.createTempFile(folder, "." + path.getFileName(), ".part");
      try {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary), PIECE)) {
          content.writeTo(out);
        }
        Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new FileFault(path).of("can't be written: " + e.getMessage());
    }
  }

  /** Writes text as UTF-8. */
  public static void write(Path path, String text) {
    write(path, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes all bytes of a segment. */
  static void copy(MemorySegment bytes, OutputStream out) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      out.write(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
