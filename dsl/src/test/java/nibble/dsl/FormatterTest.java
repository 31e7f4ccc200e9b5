package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.dsl.grammar.NibbleLexer;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Printer;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.Token;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FormatterTest {
  private static List<Path> programs() {
    return Stream.of("good", "bad", "format").flatMap(folder -> Goldens.programs(folder).stream())
        .filter(program -> canParse(Goldens.read(program)))
        .toList();
  }

  private static boolean canParse(String text) {
    try {
      Nib.parse(new SourceFile("x.nib", text));
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  private static String format(String text) {
    return NibFormatter.format(new SourceFile("x.nib", text));
  }

  /** Each token's text in order; a comment without its blanks at the end. */
  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    for (Token token : new NibbleLexer(CharStreams.fromString(text)).getAllTokens()) {
      tokens.add(token.getText().stripTrailing());
    }
    return tokens;
  }

  /** A file in {@code format} is laid out as the file beside it says. */
  @TestFactory
  Stream<DynamicTest> layouts() {
    return Goldens.programs("format").stream().map(program -> DynamicTest.dynamicTest(
        program.getFileName().toString(), () -> Goldens.check(program, "fmt", format(Goldens.read(program)))));
  }

  @TestFactory
  Stream<DynamicTest> programsKeepTheirMeaning() {
    return Goldens.programs("good").stream().map(program -> DynamicTest.dynamicTest(
        program.getFileName().toString(), () -> {
          SourceFile source = Goldens.source(program);
          SourceFile formatted = new SourceFile(source.name(), NibFormatter.format(source));
          assertEquals(ir(source), ir(formatted));
        }));
  }

  private static String ir(SourceFile source) {
    return Nib.compile(source, Goldens.options(source)).module()
        .map(module -> new Printer(Registry.core(), false).print(module)).orElse("");
  }

  /** Programs with other blanks, line ends and comments between their tokens. */
  @Property(tries = 400)
  void formattingMovesTokensOnly(@ForAll("scattered") String text) {
    String once = format(text);
    assertEquals(tokens(text), tokens(once));
    assertEquals(once, format(once));
  }

  @Provide
  Arbitrary<String> scattered() {
    return Arbitraries.of(programs())
        .flatMap(program -> Arbitraries.randomValue(random -> scatter(Goldens.read(program), random)));
  }

  private static String scatter(String text, Random random) {
    StringBuilder scattered = new StringBuilder();
    int density = 1 + random.nextInt(20);
    for (Token token : new NibbleLexer(CharStreams.fromString(text)).getAllTokens()) {
      scattered.append(token.getText());
      if (token.getType() == NibbleLexer.COMMENT) {
        scattered.append('\n');
      }
      scattered.append(switch (random.nextInt(density + 4)) {
        case 0 -> "\n";
        case 1 -> "\n\n\n";
        case 2 -> " // a comment \n";
        case 3 -> "\n// one\n\n  // two\n";
        default -> " ";
      });
    }
    return scattered.toString();
  }

  @Property(tries = 200)
  void linesStayWithinTheMargin(@ForAll("scattered") String text) {
    Assume.that(tokens(text).stream().allMatch(token -> token.length() < 30));
    format(text).lines().filter(line -> !line.contains("//") && !line.contains("{"))
        .forEach(line -> assertTrue(line.length() <= 100, line));
  }

  @Test
  void refusesSyntaxErrors() {
    InputException refused = assertThrows(InputException.class, () -> format("fn f( {"));
    assertEquals(1, refused.diagnostics().size());
  }

  @Test
  void anEmptyFileStaysEmpty() {
    assertEquals("", format(" \n\n"));
    assertEquals("// only a comment\n", format("\n\n  // only a comment   \n\n"));
  }
}
