package nibble.engine.sample;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import nibble.engine.file.FileReading;
import nibble.ir.diagnostic.InputException;

/** A file with a text on each line. */
public final class TextLines {
  private TextLines() {}

  /**
   * The lines, without blank ones and without white space around them.
   *
   * @throws InputException where the file can't be read, has no text, or is no UTF-8
   */
  public static ImmutableList<String> read(Path file) {
    ImmutableList<String> lines = FileReading.text(file).lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(ImmutableList.toImmutableList());
    if (lines.isEmpty()) {
      throw new InputException(file + ": has no text");
    }
    return lines;
  }
}
