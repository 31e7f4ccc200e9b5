package nibble.ir.diagnostic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import nibble.ir.Location;
import org.junit.jupiter.api.Test;

class DiagnosticRendererTest {
  private static final String SOURCE = """
      model m(x) {
      \tlet y = x @ w
        y
      }
      """;
  private static final DiagnosticRenderer RENDERER = new DiagnosticRenderer(Map.of("m.nib", SOURCE));

  @Test
  void allParts() {
    Diagnostic diagnostic = Diagnostic.error("the inner sizes of @ differ: 384 and 1536", Location.of("m.nib", 2, 10))
        .underlining(5)
        .note("x is f32[B,S,384], w is f32[1536,384]")
        .note("B is 8")
        .hint("transpose it: x @ w.T");
    assertEquals("""
        error: the inner sizes of @ differ: 384 and 1536
         --> m.nib:2:10
          |
        2 |  let y = x @ w
          |          ^^^^^
          = x is f32[B,S,384], w is f32[1536,384]
          = B is 8
          = help: transpose it: x @ w.T
        """, RENDERER.render(diagnostic));
  }

  @Test
  void aWarning() {
    assertEquals("""
        warning: y is not used
         --> m.nib:3:3
          |
        3 |   y
          |   ^
        """, RENDERER.render(Diagnostic.warning("y is not used", Location.of("m.nib", 3, 3))));
  }

  @Test
  void noPlace() {
    assertEquals("error: no weight file was given\n  = help: --weights\n",
        RENDERER.render(Diagnostic.error("no weight file was given", Location.UNKNOWN).hint("--weights")));
  }

  @Test
  void noSource() {
    assertEquals("error: wrong\n  --> other.nib:12:1\n",
        RENDERER.render(Diagnostic.error("wrong", Location.of("other.nib", 12, 1))));
  }

  @Test
  void aPlaceBehindTheEnd() {
    assertEquals("error: wrong\n --> m.nib:9:1\n",
        RENDERER.render(Diagnostic.error("wrong", Location.of("m.nib", 9, 1))));
    assertEquals("""
        error: wrong
         --> m.nib:4:80
          |
        4 | }
          |  ^
        """, RENDERER.render(Diagnostic.error("wrong", Location.of("m.nib", 4, 80)).underlining(9)));
  }

  @Test
  void aLongLineIsCut() {
    String line = "x".repeat(500) + "HERE" + "y".repeat(500);
    DiagnosticRenderer renderer = new DiagnosticRenderer(Map.of("long", line));
    String[] lines = renderer.render(Diagnostic.error("wrong", Location.of("long", 1, 501)).underlining(4)).split("\n");
    int caret = lines[4].indexOf('^');
    assertEquals("HERE", lines[3].substring(caret, lines[4].length()));
    assertTrue(lines[3].length() < 170);
  }

  @Test
  void nothingThatATerminalObeysIsShown() {
    DiagnosticRenderer renderer = new DiagnosticRenderer(Map.of("f", "a\u001b[31mb\tc\u202ed"));
    String text = renderer.render(
        Diagnostic.error("no '\u0007' here", Location.of("f", 1, 7)).note("\u001b[2J").hint("first\nsecond"));
    assertEquals(
        """
        error: no '\\u0007' here
         --> f:1:7
          |
        1 | a\ufffd[31mb c\ufffdd
          |       ^
          = \\u001b[2J
          = help: first
        second
        """, text);
  }

  @Test
  void severalAreCounted() {
    Diagnostic first = Diagnostic.error("first", Location.UNKNOWN);
    Diagnostic warning = Diagnostic.warning("second", Location.UNKNOWN);
    assertEquals("error: first\n\nwarning: second\n", RENDERER.render(List.of(first, warning)));
    assertEquals("error: first\n\nerror: first\n\n2 errors\n", RENDERER.render(List.of(first, first)));
  }

  /** The caret stands under the character at the column, whatever the column and the length are. */
  @Property
  void caretsStandUnderTheColumn(
      @ForAll @StringLength(min = 1, max = 400) @AlphaChars String line,
      @ForAll @IntRange(min = 1, max = 400) int column,
      @ForAll @IntRange(min = -1, max = 500) int length) {
    DiagnosticRenderer renderer = new DiagnosticRenderer(Map.of("f", line));
    String[] lines = renderer.render(
        Diagnostic.error("wrong", Location.of("f", 1, column)).underlining(length)).split("\n");
    int caret = lines[4].indexOf('^');
    if (column <= line.length()) {
      assertEquals(line.charAt(column - 1), lines[3].charAt(caret));
    } else {
      assertEquals(lines[3].length(), caret);
    }
    assertTrue(lines[4].length() <= Math.max(lines[3].length(), caret + 1));
  }
}
