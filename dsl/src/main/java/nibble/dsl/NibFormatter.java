package nibble.dsl;

import nibble.dsl.format.Formatting;
import nibble.dsl.report.Reporter;
import nibble.ir.diagnostic.InputException;

/**
 * Formats source text: two blanks of indentation, 100 columns, one blank around operators. It moves tokens and
 * changes none, so the meaning stays; comments and single empty lines are kept. Formatting what is formatted changes
 * nothing.
 */
public final class NibFormatter {
  private NibFormatter() {}

  /**
   * The formatted text; it ends with a line feed, unless it is empty.
   *
   * @throws InputException with all syntax errors
   */
  public static String format(SourceFile source) {
    Reporter reporter = new Reporter();
    return Formatting.of(source, reporter).orElseThrow(() -> new InputException(reporter.all()));
  }
}
