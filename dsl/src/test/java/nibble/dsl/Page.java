package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.DynamicTest;

/** A page of the documentation, whose examples are tests. */
record Page(String text) {
  static Page of(String name) {
    return new Page(Goldens.read(Path.of("../docs").resolve(name)));
  }

  /** What stands between fences of that language. */
  List<String> blocks(String language) {
    Matcher matcher = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(text);
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  /** A test for each program of the page. */
  Stream<DynamicTest> programsCompile() {
    List<String> programs = blocks("nib");
    assertTrue(programs.size() >= 4);
    return IntStream.range(0, programs.size()).mapToObj(i -> DynamicTest.dynamicTest("program " + (i + 1), () -> {
      CompiledFile compiled =
          Nib.compile(new SourceFile("page.nib", programs.get(i)), CompileOptions.standard());
      compiled.module().ifPresent(Verifier::require);
    }));
  }

  /** The cells of a table's rows, behind its head, which begins so. */
  List<String[]> rows(String head) {
    return text.lines().dropWhile(line -> !line.startsWith(head)).skip(2).takeWhile(line -> line.startsWith("|"))
        .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toArray(String[]::new))
        .toList();
  }
}
