package nibble.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import nibble.engine.file.FileReading;

/** Reads files of PTX. */
final class PtxText {
  private PtxText() {}

  /**
   * The text of a file.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be read
   */
  static String read(Path file) {
    // A Latin-1 reading never fails, and PTX outside comments is ASCII.
    return new String(FileReading.bytes(file, FileReading.MAX_TEXT_BYTES), StandardCharsets.ISO_8859_1);
  }
}
