package nibble.dsl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Text to compile.
 *
 * @param name of the file, for locations and for resolving imports
 * @param text its content, with a line feed alone at the end of each line
 */
public record SourceFile(String name, String text) {
  public SourceFile {
    text = text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
  }

  /**
   * Reads a file as UTF-8; bytes that are no UTF-8 become replacement characters, which the parser then refuses.
   *
   * @throws IOException where the file can't be read
   */
  public static SourceFile read(Path path) throws IOException {
    return new SourceFile(path.toString(), new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
  }
}
