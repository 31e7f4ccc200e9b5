package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
  @TempDir
  private Path folder;

  @Test
  void isMadeForItsUserAlone() throws IOException {
    Path base = folder.resolve("a/nibble");
    assertEquals(base.resolve("djl"), CacheFolder.named(base, "djl"));
    assertTrue(Files.isDirectory(base.resolve("djl")));
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(base)));
    assertEquals(base.resolve("djl"), CacheFolder.named(base, "djl"));
  }

  @Test
  void aFileInItsPlaceIsNamed() throws IOException {
    Path base = Files.writeString(folder.resolve("nibble"), "");
    InputException refused = assertThrows(InputException.class, () -> CacheFolder.named(base, "djl"));
    assertTrue(refused.getMessage().startsWith(base + ": the cache folder can't be made"), refused.getMessage());
  }
}
