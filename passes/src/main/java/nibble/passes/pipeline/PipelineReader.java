package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.passes.pipeline.PassText.OptionText;

/** Cuts pipeline text into passes and options. */
final class PipelineReader {
  private static final String OPENING = "{[(";
  private static final String CLOSING = "}])";

  private final String text;
  private final String source;
  private int position;

  private PipelineReader(String text, String source) {
    this.text = text;
    this.source = source;
  }

  /**
   * Reads a pipeline.
   *
   * @param source what messages call the text
   * @throws InputException at the first thing that is no pipeline
   */
  static ImmutableList<PassText> read(String text, String source) {
    PipelineReader reader = new PipelineReader(text, source);
    ImmutableList.Builder<PassText> passes = ImmutableList.builder();
    if (!reader.atEnd()) {
      do {
        passes.add(reader.pass());
      } while (reader.accept(','));
      if (!reader.atEnd()) {
        throw reader.error("expected ',' or the end of the pipeline but found '" + reader.here() + "'");
      }
    }
    return passes.build();
  }

  private PassText pass() {
    Location at = location();
    String name = name("the name of a pass");
    ImmutableList.Builder<OptionText> options = ImmutableList.builder();
    int open = position;
    if (accept('{') && !accept('}')) {
      do {
        options.add(option());
      } while (accept(','));
      if (!accept('}')) {
        throw atEnd()
            ? errorAt(open, "this '{' is not closed")
            : error("expected ',' or '}' but found '" + here() + "'");
      }
    }
    return new PassText(name, at, options.build());
  }

  private OptionText option() {
    Location at = location();
    String name = name("the name of an option");
    if (!accept('=')) {
      throw error("expected '=' and a value behind the option '" + name + "'");
    }
    skipBlanks();
    Location valueAt = location();
    String value = value(name);
    return OptionText.of(name, at, value, valueAt);
  }

  private String value(String option) {
    int start = position;
    StringBuilder open = new StringBuilder();
    while (position < text.length()) {
      char c = text.charAt(position);
      if (open.isEmpty() && (c == ',' || c == '}')) {
        break;
      }
      if (c == '"') {
        skipString();
        continue;
      }
      if (OPENING.indexOf(c) >= 0) {
        open.append(c);
      } else if (CLOSING.indexOf(c) >= 0) {
        closeBracket(open, c);
      }
      position++;
    }
    if (!open.isEmpty()) {
      throw errorAt(start, "this value has a '" + open.charAt(open.length() - 1) + "' that is not closed");
    }
    String value = text.substring(start, position).strip();
    if (value.isEmpty()) {
      throw errorAt(start, "the option '" + option + "' has no value");
    }
    return value;
  }

  private void closeBracket(StringBuilder open, char closing) {
    char opening = OPENING.charAt(CLOSING.indexOf(closing));
    if (open.isEmpty() || open.charAt(open.length() - 1) != opening) {
      throw error("'" + closing + "' closes nothing");
    }
    open.setLength(open.length() - 1);
  }

  private void skipString() {
    int start = position++;
    while (position < text.length() && text.charAt(position) != '"') {
      position += text.charAt(position) == '\\' ? 2 : 1;
    }
    if (position >= text.length()) {
      throw errorAt(start, "this string is not closed");
    }
    position++;
  }

  private String name(String what) {
    skipBlanks();
    int start = position;
    while (position < text.length() && isNamePart(text.charAt(position))) {
      position++;
    }
    if (position == start) {
      throw error("expected " + what + (atEnd() ? "" : " but found '" + here() + "'"));
    }
    return text.substring(start, position);
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '-' || c == '_';
  }

  private boolean accept(char c) {
    skipBlanks();
    if (position < text.length() && text.charAt(position) == c) {
      position++;
      return true;
    }
    return false;
  }

  private boolean atEnd() {
    skipBlanks();
    return position == text.length();
  }

  private char here() {
    return text.charAt(position);
  }

  private void skipBlanks() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private Location location() {
    skipBlanks();
    return locationOf(position);
  }

  private Location locationOf(int index) {
    String before = text.substring(0, index);
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return Location.of(source, line, index - before.lastIndexOf('\n'));
  }

  private InputException error(String message) {
    skipBlanks();
    return errorAt(position, message);
  }

  private InputException errorAt(int index, String message) {
    return new InputException(Diagnostic.error(message, locationOf(index)));
  }
}
