package nibble.emulator.report;

/** The text of a PTX file with its name, for messages. */
public record SourceText(String file, String text) {
  /** The given line, from one, without its end; empty where there is none. */
  public String line(int number) {
    int start = 0;
    for (int line = 1; line < number; line++) {
      start = text.indexOf('\n', start) + 1;
      if (start == 0) {
        return "";
      }
    }
    int end = text.indexOf('\n', start);
    return number < 1 ? "" : text.substring(start, end < 0 ? text.length() : end);
  }
}
