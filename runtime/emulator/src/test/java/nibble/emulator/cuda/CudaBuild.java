package nibble.emulator.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PTX that nvcc makes of a source in {@code src/test/cuda}. A source says in its first lines what is to be made of it:
 *
 * <pre>
 * // vector_add.debug.ptx: -arch=sm_80 -G
 * </pre>
 *
 * <p>What nvcc 13.0 made is checked in under {@code src/test/resources/nibble/emulator/cuda}, so that the tests need no
 * nvcc.
 *
 * @param source the source's file
 * @param output name of the checked-in file
 */
record CudaBuild(Path source, String output, List<String> options) {
  private static final Path SOURCES = Path.of("src/test/cuda");
  private static final Path RESOURCES = Path.of("src/test/resources/nibble/emulator/cuda");
  private static final Pattern BUILD = Pattern.compile("// (\\S+\\.ptx): (.*)");
  private static final Pattern SECTION = Pattern.compile("\t\\.section\t\\.\\w+\\s*\\{[^}]*}\n?");
  private static final Pattern PATH = Pattern.compile("(\\.file\t\\d+ \")[^\"]*/([^\"/]+\")");
  private static final Pattern SOURCE_HASH = Pattern.compile("(?<=_INTERNAL_|_GLOBAL__N__)[0-9a-f]{8}(?=_)");
  private static final Pattern RELEASE = Pattern.compile("Cuda compilation tools, (.*)");

  CudaBuild {
    options = List.copyOf(options);
  }

  /** All builds of all sources. */
  static List<CudaBuild> all() {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.filter(it -> it.toString().endsWith(".cu")).sorted().flatMap(it -> of(it).stream()).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The builds of the source of this name. */
  static List<CudaBuild> of(String source) {
    return of(SOURCES.resolve(source + ".cu"));
  }

  private static List<CudaBuild> of(Path source) {
    try {
      return Files.readString(source).lines()
          .map(BUILD::matcher)
          .takeWhile(Matcher::matches)
          .map(it -> new CudaBuild(source, it.group(1), List.of(it.group(2).split(" "))))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The same source compiled otherwise. */
  CudaBuild with(List<String> otherOptions) {
    return new CudaBuild(source, output, otherOptions);
  }

  /** The text that is checked in. */
  String checkedIn() {
    try (InputStream stream = CudaBuild.class.getResourceAsStream(output)) {
      if (stream == null) {
        throw new IllegalStateException(output + " is not checked in; -Dnibble.bless=true writes it");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Replaces the checked-in text. */
  void bless(String fresh) {
    try {
      Files.createDirectories(RESOURCES);
      Files.writeString(RESOURCES.resolve(output), portable(fresh));
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /** The text without what depends on the folder that it was made in: paths, and the debugger's sections. */
  static String portable(String text) {
    String shorter = PATH.matcher(SECTION.matcher(text).replaceAll("")).replaceAll("$1$2");
    return SOURCE_HASH.matcher(shorter).replaceAll("00000000");
  }

  /** The compiler that made a text, by its release. */
  static String release(String text) {
    Matcher matcher = RELEASE.matcher(text);
    return matcher.find() ? matcher.group(1) : "unknown";
  }

  @Override
  public String toString() {
    return output;
  }
}
