package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.dsl.grammar.NibbleLexer;
import nibble.ir.Registry;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the language's page shows is true: its programs compile, its grammar has every word, its lists are complete. */
class LanguagePageTest {
  private static final String PAGE = Goldens.read(Path.of("../docs/language.md"));

  private static List<String> blocks(String language) {
    Matcher matcher = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```$").matcher(PAGE);
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  @TestFactory
  Stream<DynamicTest> programsCompile() {
    List<String> programs = blocks("nib");
    assertTrue(programs.size() >= 12);
    return IntStream.range(0, programs.size()).mapToObj(i -> DynamicTest.dynamicTest("program " + (i + 1), () -> {
      CompiledFile compiled =
          Nib.compile(new SourceFile("page.nib", programs.get(i)), CompileOptions.standard());
      compiled.module().ifPresent(Verifier::require);
    }));
  }

  @Test
  void theGrammarHasEveryWord() {
    String grammar = blocks("ebnf").getFirst();
    for (int type = 1; type <= NibbleLexer.VOCABULARY.getMaxTokenType(); type++) {
      String literal = NibbleLexer.VOCABULARY.getLiteralName(type);
      if (literal != null) {
        String word = "\"" + literal.substring(1, literal.length() - 1) + "\"";
        assertTrue(grammar.contains(word), () -> word + " is not in the grammar of docs/language.md");
      }
    }
  }

  @Test
  void theListOfFormatsIsComplete() {
    Registry.core().formats().keySet().forEach(format ->
        assertTrue(Pattern.compile("\\b" + format + "\\b").matcher(PAGE).find(), format));
  }
}
