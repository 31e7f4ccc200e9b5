package nibble.codegen.assemble;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import jcuda.JCudaVersion;

/**
 * Loads JCuda's native libraries. JCuda itself would unpack them to fixed names in the shared temporary folder, trust
 * whatever file it finds there, and leave them; two programs that start together can read each other's half-written
 * file. Here they are unpacked once, whole, into a folder of the user's: {@code $NIBBLE_CACHE}, or {@code nibble} in
 * {@code $XDG_CACHE_HOME} or {@code ~/.cache}.
 */
public final class NativeLibraries {
  private static final Object LOCK = new Object();

  private NativeLibraries() {}

  /**
   * Initialises a class of JCuda, and with it its library.
   *
   * @param library the name without version and platform, such as {@code JNvPTXCompiler}
   * @param className the class that loads it
   * @return why that is impossible on this machine; empty where it worked
   */
  public static Optional<String> load(String library, String className) {
    Optional<String> platform = platform();
    if (platform.isEmpty()) {
      return Optional.of("JCuda's libraries are for Linux on x86-64, this is "
          + System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
    }
    synchronized (LOCK) {
      try {
        // The class library asks for the temporary folder once, now at the latest, before it is changed below.
        Files.delete(Files.createTempFile("nibble", null));
        return unpackAndLoad("lib" + library + "-" + JCudaVersion.get() + "-" + platform.get() + ".so", className);
      } catch (IOException | ReflectiveOperationException | LinkageError e) {
        String message = String.valueOf(e.getMessage());
        return Optional.of("JCuda's " + library + " does not load: " + message.lines().findFirst().orElse(""));
      }
    }
  }

  private static Optional<String> unpackAndLoad(String file, String className)
      throws IOException, ReflectiveOperationException {
    Path cache = cacheFolder().resolve("jcuda-" + JCudaVersion.get());
    try {
      Files.createDirectories(cache);
      unpack(file, cache);
    } catch (IOException e) {
      return unpackAndLoadOnce(file, className);
    }
    initialise(className, cache);
    return Optional.empty();
  }

  /** For a home folder that can't be written: the file is needed no longer than it takes to load it. */
  private static Optional<String> unpackAndLoadOnce(String file, String className)
      throws IOException, ReflectiveOperationException {
    Path folder = Files.createTempDirectory("nibble-native");
    try {
      unpack(file, folder);
      initialise(className, folder);
      return Optional.empty();
    } finally {
      Files.deleteIfExists(folder.resolve(file));
      Files.deleteIfExists(folder);
    }
  }

  /**
   * Initialises the class while JCuda, which looks for the file in the temporary folder, takes {@code folder} for that.
   */
  private static void initialise(String className, Path folder) throws ReflectiveOperationException {
    String temporary = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", folder.toString());
    try {
      Class.forName(className);
    } finally {
      System.setProperty("java.io.tmpdir", temporary);
    }
  }

  private static Optional<String> platform() {
    boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    String architecture = System.getProperty("os.arch");
    boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
    return linux && x86 ? Optional.of("linux-x86_64") : Optional.empty();
  }

  /** Writes the library under another name first, so that nobody ever sees half of it. */
  private static void unpack(String file, Path folder) throws IOException {
    Path target = folder.resolve(file);
    if (Files.exists(target)) {
      return;
    }
    Path part = Files.createTempFile(folder, file, ".part");
    try (InputStream resource = NativeLibraries.class.getResourceAsStream("/lib/" + file)) {
      if (resource == null) {
        throw new FileNotFoundException(file + " is not on the class path");
      }
      Files.copy(resource, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static Path cacheFolder() {
    String chosen = System.getenv("NIBBLE_CACHE");
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen);
    }
    String shared = System.getenv("XDG_CACHE_HOME");
    return shared != null && !shared.isBlank()
        ? Path.of(shared, "nibble")
        : Path.of(System.getProperty("user.home"), ".cache", "nibble");
  }
}
