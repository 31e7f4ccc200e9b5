package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The semantics of instructions that compute registers from registers, case by case, from the files {@code *.cases}
 * beside this class. See {@link SemanticsCase}.
 */
class SemanticsTest {
  private static final List<String> FILES =
      List.of("integer", "floating", "half", "compare", "move", "convert", "warp");

  @TestFactory
  Stream<DynamicContainer> cases() {
    return FILES.stream()
        .map(file -> DynamicContainer.dynamicContainer(file, read(file).stream().map(SemanticsTest::test)));
  }

  private static DynamicTest test(SemanticsCase it) {
    return DynamicTest.dynamicTest(
        it.line() + ": " + it.instruction(),
        () -> {
          SemanticsCase.Results results = it.run();
          for (int row = 0; row < it.rows().size(); row++) {
            assertEquals(it.expected(row), results.of(row), it.describe(row));
          }
        });
  }

  private static List<SemanticsCase> read(String file) {
    try (InputStream stream = SemanticsTest.class.getResourceAsStream("semantics/" + file + ".cases")) {
      List<SemanticsCase> cases = new ArrayList<>();
      String header = null;
      int headerLine = 0;
      List<String> rows = new ArrayList<>();
      int number = 0;
      for (String line : new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        number++;
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        if (line.startsWith(" ")) {
          rows.add(line.strip());
        } else {
          if (header != null) {
            cases.add(new SemanticsCase(headerLine, header, List.copyOf(rows)));
          }
          header = line;
          headerLine = number;
          rows.clear();
        }
      }
      cases.add(new SemanticsCase(headerLine, header, List.copyOf(rows)));
      return cases;
    } catch (IOException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }
}
