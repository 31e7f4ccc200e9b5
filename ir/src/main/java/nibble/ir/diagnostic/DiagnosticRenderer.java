package nibble.ir.diagnostic;

import java.util.List;
import java.util.Map;
import nibble.ir.Location;

/**
 * Renders diagnostics as text:
 *
 * <pre>
 * error: the inner sizes of @ differ: 384 and 1536
 *   --&gt; minilm.nib:12:13
 *    |
 * 12 |     let y = x @ w
 *    |             ^^^^^
 *    = x is f32[B,S,384], w is f32[1536,384]
 *    = help: transpose it: x @ w.T
 * </pre>
 *
 * @param sources text of each file that a location may name; an excerpt is left out for any other
 */
public record DiagnosticRenderer(Map<String, String> sources) {
  private static final int MAX_EXCERPT = 160;

  /** All diagnostics, with a blank line between two and a count at the end where there are several. */
  public String render(List<Diagnostic> diagnostics) {
    StringBuilder text = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      text.append(text.isEmpty() ? "" : "\n").append(render(diagnostic));
    }
    long errors = diagnostics.stream().filter(d -> d.severity() == Diagnostic.Severity.ERROR).count();
    if (errors > 1) {
      text.append("\n").append(errors).append(" errors\n");
    }
    return text.toString();
  }

  /** One diagnostic; ends with a line feed. */
  public String render(Diagnostic diagnostic) {
    Location at = diagnostic.location();
    String margin = " ".repeat(String.valueOf(at.line()).length());
    StringBuilder text = new StringBuilder();
    text.append(diagnostic.severity() == Diagnostic.Severity.ERROR ? "error: " : "warning: ");
    text.append(harmless(diagnostic.message())).append('\n');
    at.position().ifPresent(position -> text.append(margin).append("--> ").append(position).append('\n'));
    String line = lineOf(at);
    if (line != null) {
      excerpt(text, diagnostic, line, margin);
    }
    diagnostic.notes().forEach(note -> text.append(margin).append(" = ").append(harmless(note)).append('\n'));
    diagnostic.hint().ifPresent(hint -> text.append(margin).append(" = help: ").append(harmless(hint)).append('\n'));
    return text.toString();
  }

  private static void excerpt(StringBuilder text, Diagnostic diagnostic, String line, String margin) {
    Location at = diagnostic.location();
    int column = Math.min(Math.max(at.column(), 1), line.length() + 1);
    // A line of generated text may be very long; the caret must stay in sight.
    int from = column > MAX_EXCERPT - 40 ? column - 40 : 0;
    String shown = line.substring(from, Math.min(line.length(), from + MAX_EXCERPT));
    int length = Math.clamp(diagnostic.length(), 1, Math.max(1, shown.length() - (column - 1 - from)));
    text.append(margin).append(" |\n");
    text.append(at.line()).append(" | ").append(visible(shown).stripTrailing()).append('\n');
    text.append(margin).append(" | ").append(" ".repeat(column - 1 - from)).append("^".repeat(length)).append('\n');
  }

  /** An excerpt without what a terminal would obey; each character keeps its column. */
  private static String visible(String line) {
    StringBuilder shown = new StringBuilder(line);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (c == '\t') {
        shown.setCharAt(i, ' ');
      } else if (isControl(c)) {
        shown.setCharAt(i, '\ufffd');
      }
    }
    return shown.toString();
  }

  /** Text that may quote input, without what a terminal would obey. */
  private static String harmless(String text) {
    StringBuilder shown = new StringBuilder();
    for (char c : text.toCharArray()) {
      if (c != '\n' && isControl(c)) {
        shown.append(String.format("\\u%04x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  private static boolean isControl(char c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
  }

  private String lineOf(Location at) {
    String source = sources.get(at.file());
    if (source == null || !at.isKnown()) {
      return null;
    }
    return source.lines().skip(at.line() - 1L).findFirst().orElse(null);
  }
}
