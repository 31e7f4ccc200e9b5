package nibble.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Expected texts in files under {@code src/test/resources}; {@code -Dnibble.bless=true} rewrites them. */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources");

  private Golden() {}

  /** Compares the text with a file in the folder of the test's package. */
  public static void check(Class<?> test, String name, String text) {
    Path file = FOLDER.resolve(test.getPackageName().replace('.', '/')).resolve(name);
    try {
      if (Boolean.getBoolean("nibble.bless")) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
      }
      String expected = Files.exists(file) ? Files.readString(file) : "";
      assertEquals(expected, text, () -> file + " differs; if the change is meant: mvn -pl codegen-ptx -am test"
          + " -Dnibble.bless=true -Dtest=" + test.getSimpleName() + " -Dsurefire.failIfNoSpecifiedTests=false");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
