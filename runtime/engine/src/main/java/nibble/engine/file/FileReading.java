package nibble.engine.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads whole files, pipes included, up to a size. */
public final class FileReading {
  /** What texts of any kind may take. */
  public static final int MAX_TEXT_BYTES = 256 << 20;

  private FileReading() {}

  /**
   * The bytes of a file.
   *
   * @throws nibble.ir.diagnostic.InputException where there is none, it can't be read, or it is larger
   */
  public static byte[] bytes(Path path, int maxBytes) {
    FileFault fault = new FileFault(path);
    if (path.toString().isEmpty()) {
      throw fault.of("the name of the file is empty");
    }
    if (Files.isDirectory(path)) {
      throw fault.of("is a folder, not a file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (bytes.length == maxBytes && in.read() >= 0) {
        throw fault.of("is larger than the " + (maxBytes >> 20) + " MiB that are read");
      }
      return bytes;
    } catch (IOException e) {
      throw fault.of(e);
    }
  }

  /**
   * The text of a file in UTF-8, without a byte order mark.
   *
   * @throws nibble.ir.diagnostic.InputException where there is none, it can't be read, or it is no UTF-8
   */
  public static String text(Path path) {
    byte[] bytes = bytes(path, MAX_TEXT_BYTES);
    try {
      String text = StandardCharsets.UTF_8.newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (IOException e) {
      throw new FileFault(path).of("is no UTF-8 text");
    }
  }
}
