package nibble.engine.sample;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import nibble.ir.diagnostic.InputException;

/** A sound manifest with some of its text replaced is resolved or refused; nothing else happens. */
class DamagedManifestTest {
  @Provide
  Arbitrary<String> pieces() {
    return Arbitraries.of(
        "", "{", "}", "[", "]", "\"", ":", ",", "null", "0", "-1", "1e999", "true", "\\u0000", "\\", "[[[[", "\u2603");
  }

  @Property(tries = 1000)
  void isResolvedOrRefused(
      @ForAll("pieces") String piece, @ForAll @DoubleRange(max = 0.99) double from,
      @ForAll @DoubleRange(max = 0.2) double length) throws IOException {
    String sound = Files.readString(Path.of("../../samples/minilm/nibble.json"));
    int start = (int) (from * sound.length());
    int end = Math.min(sound.length(), start + (int) (length * sound.length()));
    Path folder = Files.createTempDirectory("manifest");
    Path manifest = folder.resolve(ModelArgument.MANIFEST);
    Path model = folder.resolve("minilm.nib");
    try {
      Files.createFile(model);
      Files.write(manifest,
          (sound.substring(0, start) + piece + sound.substring(end)).getBytes(StandardCharsets.UTF_8));
      ModelArgument.resolve(folder, ModelOptions.NONE);
    } catch (InputException refused) {
      assertFalse(refused.getMessage().isBlank());
    } finally {
      Files.deleteIfExists(manifest);
      Files.deleteIfExists(model);
      Files.delete(folder);
    }
  }
}
