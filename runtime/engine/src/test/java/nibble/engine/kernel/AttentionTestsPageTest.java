package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableListMultimap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test that {@code docs/attention-tests.md} names is there, and it names each number once. */
class AttentionTestsPageTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");
  private static final Pattern ANNOTATION = Pattern.compile("@(Test|ParameterizedTest|Property|Example)\\b");
  private static final Pattern ROW = Pattern.compile("^\\| X(\\d+) \\|", Pattern.MULTILINE);

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs").resolve("attention-tests.md"));
  }

  /** Sources of test classes, by their names. */
  private static ImmutableListMultimap<String, Path> tests() throws IOException {
    ImmutableListMultimap.Builder<String, Path> tests = ImmutableListMultimap.builder();
    for (String module : List.of("ir", "passes", "codegen-ptx", "runtime/engine")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(Path.of("src", "test", "java")))) {
        files.filter(file -> file.toString().endsWith("Test.java"))
            .forEach(file -> tests.put(file.getFileName().toString().replace(".java", ""), file));
      }
    }
    return tests.build();
  }

  @Test
  void namedTestsAreThere() throws IOException {
    ImmutableListMultimap<String, Path> tests = tests();
    Set<String> missing = new TreeSet<>();
    List<MatchResult> named = NAMED.matcher(page()).results().toList();
    for (MatchResult name : named) {
      boolean isThere = false;
      for (Path file : tests.get(name.group(1))) {
        isThere |= isTest(Files.readString(file), name.group(2));
      }
      if (!isThere) {
        missing.add(name.group());
      }
    }
    assertEquals(Set.of(), missing);
    assertTrue(named.size() > 60, named.size() + " tests");
  }

  /** Whether a method has the annotation of a test; no blank line is between them. */
  private static boolean isTest(String source, String method) {
    int at = source.indexOf(" void " + method + "(");
    return at >= 0 && ANNOTATION.matcher(source.substring(source.lastIndexOf("\n\n", at), at)).find();
  }

  @Test
  void rowsAreX1ToX25() throws IOException {
    assertEquals(
        IntStream.rangeClosed(1, 25).boxed().toList(),
        ROW.matcher(page()).results().map(row -> Integer.valueOf(row.group(1))).toList());
    Set<String> without = page().lines().filter(line -> ROW.matcher(line).find())
        .filter(line -> !NAMED.matcher(line).find()).collect(Collectors.toSet());
    assertEquals(Set.of(), without);
  }
}
