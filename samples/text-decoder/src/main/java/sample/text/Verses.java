package sample.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A text of verses, one on a line, each behind its place: {@code Jas1:22 But be ye doers of the word, and not hearers
 * only}. Places are no part of the text.
 *
 * @param training characters of the verses before the Epistle of James
 * @param heldOut characters of the verses from there on
 */
record Verses(byte[] training, byte[] heldOut) {
  private static final String FIRST_HELD_OUT = "Jas1:1 ";

  /** Reads what {@code bible -f 'Gen1:1-Rev22:21'} writes. */
  static Verses read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    int first = 0;
    while (first < lines.size() && !lines.get(first).startsWith(FIRST_HELD_OUT)) {
      first++;
    }
    if (first == 0 || first == lines.size()) {
      throw new IOException(file + " has no verse " + FIRST_HELD_OUT.strip() + " with others before it");
    }
    return new Verses(text(lines.subList(0, first)), text(lines.subList(first, lines.size())));
  }

  private static byte[] text(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.substring(line.indexOf(' ') + 1)).append('\n'));
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
