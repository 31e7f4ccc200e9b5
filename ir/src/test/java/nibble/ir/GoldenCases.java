package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Golden cases in one file: each has a name, an input and the output that is expected of it.
 *
 * <pre>
 * === name of the case
 * input
 * ---
 * output
 * </pre>
 *
 * <p>{@code -Dnibble.bless=true} writes the outputs that come instead of comparing them.
 *
 * @param file where the cases are
 * @param cases in order
 */
public record GoldenCases(Path file, ImmutableList<Case> cases) {
  private static final String CASE = "=== ";
  private static final String OUTPUT = "---\n";

  /** One case. */
  public record Case(String name, String input, String output) {
    private String text() {
      return CASE + name + "\n" + input + OUTPUT + output;
    }
  }

  /** The cases of a file beside a test class, among the module's test resources. */
  public static GoldenCases of(Class<?> test, String fileName) {
    String folder = test.getPackageName().replace('.', '/');
    return read(Path.of("src", "test", "resources", folder, fileName));
  }

  private static GoldenCases read(Path file) {
    try {
      String text = Files.readString(file);
      return new GoldenCases(file, Splitter.onPattern("(?m)^" + CASE).splitToStream(text)
          .skip(1)
          .map(GoldenCases::parse)
          .collect(ImmutableList.toImmutableList()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case parse(String text) {
    int nameEnd = text.indexOf('\n');
    int inputEnd = text.indexOf("\n" + OUTPUT, nameEnd - 1) + 1;
    if (inputEnd == 0) {
      throw new IllegalStateException("no --- in case " + text);
    }
    return new Case(
        text.substring(0, nameEnd), text.substring(nameEnd + 1, inputEnd), text.substring(inputEnd + OUTPUT.length()));
  }

  /** A test of each case: that the function gives the output for the input. */
  public Stream<DynamicTest> tests(UnaryOperator<String> function) {
    ImmutableList<Case> expected = Boolean.getBoolean("nibble.bless") ? bless(function) : cases;
    return expected.stream().map(golden -> DynamicTest.dynamicTest(golden.name(), () ->
        assertEquals(golden.output().strip(), function.apply(golden.input()).strip(), () ->
            file + " differs; -Dnibble.bless=true writes what comes")));
  }

  private ImmutableList<Case> bless(UnaryOperator<String> function) {
    ImmutableList<Case> blessed = cases.stream()
        .map(golden -> new Case(golden.name(), golden.input(), function.apply(golden.input()).strip() + "\n"))
        .collect(ImmutableList.toImmutableList());
    try {
      Files.writeString(file, blessed.stream().map(Case::text).collect(Collectors.joining("\n")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return blessed;
  }
}
