package nibble.engine.sample;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import nibble.ir.diagnostic.InputException;

/** A file with a text on each line. */
public final class TextLines {
  private static final long MAX_BYTES = 64L << 20;

  private TextLines() {}

  /**
   * The lines, without blank ones and without white space around them.
   *
   * @throws InputException where the file can't be read, has no text, or is no UTF-8
   */
  public static ImmutableList<String> read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new InputException(file + ": has more than the " + (MAX_BYTES >> 20) + " MiB of text that are read");
      }
      ImmutableList<String> lines = Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .collect(ImmutableList.toImmutableList());
      if (lines.isEmpty()) {
        throw new InputException(file + ": has no text");
      }
      return lines;
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": is no UTF-8 text");
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage());
    }
  }
}
