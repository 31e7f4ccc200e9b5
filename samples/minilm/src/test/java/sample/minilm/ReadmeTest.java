package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the README, run as they are written there: what they print is what it shows, but for what {@code ...}
 * stands for and for figures of seconds. Blocks of code that are introduced by a file's name are those files.
 */
class ReadmeTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern FILE = Pattern.compile("`([\\w.-]+)`[^`]*:\n\n```\\w+\n(.*?)```\n", Pattern.DOTALL);
  private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```\n", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
  private static final Pattern SECONDS = Pattern.compile("\\d+\\.\\d+ s\\b");

  @TempDir private static Path folder;
  private static String readme;

  /** A command and what the README shows of its output. */
  private record Example(String command, List<String> shown) {}

  @BeforeAll
  static void prepare() throws IOException {
    readme = Files.readString(ROOT.resolve("README.md"));
    Files.createSymbolicLink(folder.resolve("samples"), ROOT.resolve("samples"));
    for (MatchResult file : FILE.matcher(readme).results().toList()) {
      Files.writeString(folder.resolve(file.group(1)), file.group(2));
    }
  }

  private static List<Example> examples() {
    List<Example> examples = new ArrayList<>();
    for (MatchResult block : CONSOLE.matcher(readme).results().toList()) {
      for (String line : block.group(1).lines().toList()) {
        if (line.startsWith("$ ")) {
          examples.add(new Example(line.substring(2), new ArrayList<>()));
        } else {
          examples.getLast().shown().add(line);
        }
      }
    }
    return examples;
  }

  /** One test after the other: what one command writes, the next may read. */
  @TestFactory
  Stream<DynamicTest> commandsPrintWhatTheyShow() throws IOException {
    List<Example> examples = examples();
    assertTrue(examples.size() >= 8, examples.size() + " commands");
    return examples.stream()
        .filter(example -> !example.command().startsWith("mvn"))
        .filter(example -> !example.shown().isEmpty() || example.command().startsWith("nvcc"))
        .map(example -> DynamicTest.dynamicTest(example.command(), () -> check(example)));
  }

  private static void check(Example example) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(example.command());
    while (word.find()) {
      words.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    if (words.getFirst().equals("nvcc")) {
      assumeTrue(isOnPath("nvcc"), "skipped: there is no nvcc on the path");
      assertEquals("", run(words));
      return;
    }
    assertEquals("./nibble", words.removeFirst());
    words.stream().filter(argument -> argument.endsWith(".ptx")).forEach(file -> assumeTrue(
        Files.exists(folder.resolve(file)), "skipped: " + file + " is made by nvcc, which is not on the path"));
    words.addAll(0, List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), "nibble.cli.Nibble"));
    assertShown(example, run(words).lines()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules")).toList());
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    // The output names it where there is no GPU.
    builder.environment().remove("LD_LIBRARY_PATH");
    Process process = builder.redirectInput(new File("/dev/null")).start();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return output;
  }

  /** Each shown line is a line of the output, next after the one before unless "..." stands between. */
  private static void assertShown(Example example, List<String> output) {
    int next = 0;
    boolean gap = false;
    for (String line : example.shown()) {
      if (line.equals("...")) {
        gap = true;
        continue;
      }
      int found = next;
      while (gap && found < output.size() && !matches(line, output.get(found))) {
        found++;
      }
      if (found >= output.size() || !matches(line, output.get(found))) {
        fail("the README shows for " + example.command() + "\n  " + line + "\nbut it prints\n"
            + String.join("\n", output));
      }
      next = found + 1;
      gap = false;
    }
    assertTrue(gap || next == output.size(), () -> example.command() + " prints more: " + output);
  }

  private static boolean matches(String shown, String printed) {
    StringBuilder pattern = new StringBuilder();
    String masked = SECONDS.matcher(shown).replaceAll("# s");
    for (String part : masked.split("\\.\\.\\.$", -1)) {
      pattern.append(pattern.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return SECONDS.matcher(printed).replaceAll("# s").matches(pattern.toString());
  }
}
