package nibble.engine.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import nibble.ir.diagnostic.InputException;

/**
 * Where Nibble keeps files that it can make again: {@code $XDG_CACHE_HOME/nibble} where that is set, else a folder of
 * the user's own in the temporary folder; never the home folder.
 */
public final class CacheFolder {
  private CacheFolder() {}

  /**
   * The folder of that name in the cache, made where it was missing; only the user may open it.
   *
   * @throws InputException where it can't be made, or is somebody else's
   */
  public static Path named(String name) {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path base = configured != null && Path.of(configured).isAbsolute()
        ? Path.of(configured, "nibble")
        : Path.of(System.getProperty("java.io.tmpdir"), "nibble-" + System.getProperty("user.name"));
    return named(base, name);
  }

  static Path named(Path base, String name) {
    try {
      Path folder = base.resolve(name);
      Files.createDirectories(base.getParent());
      if (!Files.exists(base)) {
        Files.createDirectory(base, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      requireOwn(base);
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException(
          base + ": the cache folder can't be made: " + e.getMessage(),
          "set XDG_CACHE_HOME to a folder that you may write to");
    }
  }

  // Libraries are loaded from it: in a shared folder, another user might have made it first.
  private static void requireOwn(Path base) throws IOException {
    Path probe = Files.createTempFile(base, "owner", "");
    try {
      if (!Files.getOwner(probe).equals(Files.getOwner(base))) {
        throw new InputException(
            base + ": the cache folder belongs to somebody else", "set XDG_CACHE_HOME to a folder of your own");
      }
    } finally {
      Files.delete(probe);
    }
  }
}
