package nibble.engine.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadingTest {
  @TempDir private Path folder;

  @Test
  void readsUpToASize() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, FileReading.bytes(file, 3));
    assertEquals(
        file + ": is larger than the 0 MiB that are read",
        assertThrows(InputException.class, () -> FileReading.bytes(file, 2)).getMessage());
  }

  @Test
  void endlessFilesAreRefused() {
    Path zeros = Path.of("/dev/zero");
    assumeTrue(Files.exists(zeros), "skipped: there is no /dev/zero");
    assertEquals(
        "/dev/zero: is larger than the 1 MiB that are read",
        assertThrows(InputException.class, () -> FileReading.bytes(zeros, 1 << 20)).getMessage());
  }

  @Test
  void textIsUtf8() throws IOException {
    assertEquals("ä\n", FileReading.text(Files.writeString(folder.resolve("a"), "\ufeffä\n")));
    Path latin = Files.write(folder.resolve("b"), new byte[] {(byte) 0xe4});
    assertEquals(
        latin + ": is no UTF-8 text", assertThrows(InputException.class, () -> FileReading.text(latin)).getMessage());
  }

  @Test
  void whatCantBeReadIsRefused() throws IOException {
    assertRefused(folder, ": is a folder, not a file");
    assertRefused(folder.resolve("none"), ": there is no such file");
    assertRefused(Path.of(""), ": the name of the file is empty");
    Path locked = Files.writeString(folder.resolve("locked"), "");
    assertRefused(locked.resolve("a"), ": can't be read: Not a directory");
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("-w-------"));
    assumeTrue(!Files.isReadable(locked), "skipped: this user may read everything");
    assertRefused(locked, ": can't be read: permission denied");
  }

  private static void assertRefused(Path file, String why) {
    assertEquals(file + why, assertThrows(InputException.class, () -> FileReading.text(file)).getMessage());
  }
}
