package nibble.dsl.format;

import java.util.Optional;
import nibble.dsl.SourceFile;
import nibble.dsl.parse.SourceParser;
import nibble.dsl.report.Reporter;

/** The formatter's steps: parse, lay out, render. */
public final class Formatting {
  private static final int WIDTH = 100;

  private Formatting() {}

  /** The formatted text; nothing where there are syntax errors, which are reported. */
  public static Optional<String> of(SourceFile source, Reporter reporter) {
    return SourceParser.concrete(source, reporter).map(concrete -> {
      StringBuilder text = new StringBuilder();
      boolean large = false;
      for (DeclarationLayout.Item item : new DeclarationLayout(new Tokens(concrete.tokens())).file(concrete.tree())) {
        String next = DocRenderer.render(item.doc(), WIDTH);
        boolean apart = large || isLarge(next) || item.spaced();
        text.append(!text.isEmpty() && apart ? "\n" : "").append(next).append('\n');
        large = isLarge(next);
      }
      return text.toString();
    });
  }

  /** Whether a declaration takes several lines, so that empty lines set it off. */
  private static boolean isLarge(String declaration) {
    return declaration.lines().dropWhile(line -> line.isEmpty() || line.startsWith("//")).count() > 1;
  }
}
