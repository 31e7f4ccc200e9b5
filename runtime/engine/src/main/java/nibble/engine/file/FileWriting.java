package nibble.engine.file;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes a file whole or not at all. */
public final class FileWriting {
  private static final int PIECE = 1 << 20;

  private FileWriting() {}

  /**
   * Writes a file.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be written; nothing is left behind then
   */
  public static void write(Path path, StagedFiles.Content content) {
    try (StagedFiles files = new StagedFiles()) {
      files.add(path, content);
      files.commit();
    }
  }

  /** Writes text as UTF-8. */
  public static void write(Path path, String text) {
    write(path, text(text));
  }

  /** Text as UTF-8. */
  public static StagedFiles.Content text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes all bytes of a segment. */
  static void copy(MemorySegment bytes, OutputStream out) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      out.write(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
