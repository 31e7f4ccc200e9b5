package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;

/** Whatever the text, the answer is a module or diagnostics at places of the text, never an exception of ours. */
class FuzzTest {
  private static final List<String> SAMPLES = Stream
      .concat(
          Stream.of("good", "bad", "format").flatMap(folder -> Goldens.programs(folder).stream()),
          Stream.of(Path.of("../samples/minilm/minilm.nib"), Path.of("../samples/recipes/w8a8.nib")))
      .map(Goldens::read).toList();

  private static final String[] PIECES = {
    "(", ")", "[", "]", "{", "}", "<", ">", ",", ":", ".", "..", "-", "**", "@", "=", "->", "\"", "\\", "//", "\n", ";",
    "0", "1", "-1", "1e9", "99999999", "9007199254740992", "N", "B", "x", "f32", "i32", "bool", "fn", "let", "var",
    "for", "in", "return", "size", "weight", "block", "model", "new", "if", "then", "else", "not", "and", "as", "T",
    "reshape", "rearrange", "sum", "matmul", "gather", "axis", "\u0000", "\uD800", "\uDC00", "\uD83D\uDE00", "é", "\t", "\r", "_"
  };

  private static void check(String text) {
    Compilation compilation = Nib.check(
        List.of(new SourceFile("x.nib", text)), CompileOptions.standard().withLoader(FileLoader.NONE));
    assertTrue(compilation.result().isPresent() || !compilation.diagnostics().isEmpty());
    String[] lines = new SourceFile("x.nib", text).text().split("\n", -1);
    for (Diagnostic diagnostic : compilation.diagnostics()) {
      int line = diagnostic.location().line();
      assertTrue(line >= 1 && line <= lines.length, () -> "line " + line + " of " + diagnostic);
      assertFalse(diagnostic.message().isBlank());
      assertFalse(diagnostic.message().contains("null"), diagnostic.message());
    }
    new DiagnosticRenderer(compilation.sources()).render(compilation.diagnostics());
    try {
      NibFormatter.format(new SourceFile("x.nib", text));
    } catch (InputException e) {
      assertFalse(e.diagnostics().isEmpty());
    }
  }

  @Property(tries = 300)
  void truncated(@ForAll("truncations") String text) {
    check(text);
  }

  @Provide
  Arbitrary<String> truncations() {
    return Arbitraries.of(SAMPLES).flatMap(sample ->
        Arbitraries.integers().between(0, sample.length()).map(end -> sample.substring(0, end)));
  }

  @Property(tries = 1000)
  void mutated(@ForAll("mutations") String text) {
    check(text);
  }

  @Provide
  Arbitrary<String> mutations() {
    return Arbitraries.of(SAMPLES).flatMap(sample -> Arbitraries.randomValue(random -> mutate(sample, random)));
  }

  private static String mutate(String sample, Random random) {
    StringBuilder text = new StringBuilder(sample);
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(12));
      String piece = PIECES[random.nextInt(PIECES.length)];
      switch (random.nextInt(5)) {
        case 0 -> text.insert(at, piece);
        case 1 -> text.replace(at, end, piece);
        case 2 -> text.delete(at, end);
        case 3 -> text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
        default -> text.insert(at, " " + piece + " ");
      }
    }
    return text.toString();
  }

  @Property(tries = 300)
  void anyPieces(@ForAll("piecesOnly") String text) {
    check(text);
  }

  @Provide
  Arbitrary<String> piecesOnly() {
    return Arbitraries.of(PIECES).list().ofMaxSize(60).map(pieces -> String.join(" ", pieces));
  }

  @Property(tries = 200)
  void anyText(@ForAll String text) {
    check(text);
  }

  @Test
  void deepNestingIsRefusedInWords() {
    String head = "fn f(x: f32[N]) -> f32[N] { return ";
    int depth = 5_000;
    for (String text : List.of(
        head + "(".repeat(depth) + "x" + ")".repeat(depth) + " }",
        head + "[".repeat(depth) + "1" + "]".repeat(depth) + " }",
        head + "-".repeat(depth) + "x }",
        head + "not ".repeat(depth) + "x }",
        head + "x" + " ** x".repeat(depth) + " }",
        head + "x" + " + x".repeat(depth) + " }",
        head + "x" + ".T".repeat(depth) + " }",
        head + "x" + "[0]".repeat(depth) + " }",
        head + "f(".repeat(depth) + "x" + ")".repeat(depth) + " }",
        head + "if x then x else ".repeat(depth) + "x }",
        head + "(".repeat(depth),
        "fn f(x: f32[" + "(".repeat(depth) + "N" + ")".repeat(depth) + "]) -> f32[N] { return x }",
        "fn f(x: f32[N" + " + N".repeat(depth) + "]) -> f32[N] { return x }",
        "fn f(x: f32[N]) -> f32[N] {" + " for i in 0..1 {".repeat(depth) + "}".repeat(depth) + " return x }",
        "recipe r { q { a = " + "f(".repeat(depth) + ")".repeat(depth) + " } }")) {
      Compilation compilation = Nib.check(List.of(new SourceFile("x.nib", text)), CompileOptions.standard());
      assertTrue(compilation.result().isEmpty());
      assertTrue(compilation.diagnostics().getFirst().message().contains("deeply"),
          compilation.diagnostics().getFirst().message());
    }
  }

  @Test
  void expansionHasAnEnd() {
    StringBuilder text = new StringBuilder("fn f0(x: f32[N]) -> f32[N] { return x + 1 }\n");
    for (int i = 1; i < 60; i++) {
      text.append("fn f%d(x: f32[N]) -> f32[N] { return f%d(f%d(x)) }\n".formatted(i, i - 1, i - 1));
    }
    text.append("model m { size N fn f(x: f32[N]) -> f32[N] { return f59(x) } }");
    Compilation compilation = Nib.check(List.of(new SourceFile("x.nib", text.toString())), CompileOptions.standard());
    assertTrue(compilation.diagnostics().getFirst().message().contains("too large"));
  }

  @Test
  void longChainsOfCallsAreFine() {
    StringBuilder text = new StringBuilder("fn f0(x: f32[N]) -> f32[N] { return x + 1 }\n");
    for (int i = 1; i < 150; i++) {
      text.append("fn f%d(x: f32[N]) -> f32[N] { return f%d(x) }\n".formatted(i, i - 1));
    }
    text.append("model m { size N fn f(x: f32[N]) -> f32[N] { return f149(x) } }");
    Nib.compile(new SourceFile("x.nib", text.toString()), CompileOptions.standard());
  }

  @Test
  void longSumsAreFine() {
    String text = "model m { size N fn f(x: f32[N]) -> f32[N] { return x" + " + x".repeat(300) + " } }";
    Nib.compile(new SourceFile("x.nib", text), CompileOptions.standard());
  }
}
