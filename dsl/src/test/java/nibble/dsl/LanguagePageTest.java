package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import nibble.dsl.grammar.NibbleLexer;
import nibble.ir.Registry;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the language's page shows is true: its programs compile, its grammar has every word, its lists are complete. */
class LanguagePageTest {
  private static final Page PAGE = Page.of("language.md");

  @TestFactory
  Stream<DynamicTest> programsCompile() {
    return PAGE.programsCompile();
  }

  @Test
  void theGrammarHasEveryWord() {
    String grammar = PAGE.blocks("ebnf").getFirst();
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
        assertTrue(Pattern.compile("\\b" + format + "\\b").matcher(PAGE.text()).find(), format));
  }
}
