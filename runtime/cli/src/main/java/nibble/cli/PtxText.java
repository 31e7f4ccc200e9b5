package nibble.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.ir.diagnostic.InputException;

/** Reads files of PTX. */
final class PtxText {
  private static final long MAX_BYTES = 256L << 20;

  private PtxText() {}

  /**
   * The text of a file.
   *
   * @throws InputException where it can't be read
   */
  static String read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new InputException(file + ": there is no such file");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new InputException(file + ": is larger than the " + (MAX_BYTES >> 20) + " MiB that are read");
      }
      // A Latin-1 reading never fails, and PTX outside comments is ASCII.
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage());
    }
  }
}
