package nibble.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of the real model that lies on the class path of tests. */
public final class MiniLm {
  private MiniLm() {}

  public static Path onnx(Path folder) {
    return copy("/all-minilm-l6-v2.onnx", folder);
  }

  public static Path tokenizer(Path folder) {
    return copy("/all-minilm-l6-v2-tokenizer.json", folder);
  }

  /** The example sentences that lie beside the sample. */
  public static Path sentences() {
    return Path.of("../../samples/minilm/sentences.txt");
  }

  private static Path copy(String resource, Path folder) {
    Path target = folder.resolve(resource.substring(1));
    try (InputStream in = MiniLm.class.getResourceAsStream(resource)) {
      Files.copy(in, target);
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
