package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the few Python literals that a {@code .npy} header holds: a dictionary of strings, truth values, integers,
 * tuples.
 */
final class PythonLiteral {
  private static final int MAX_DEPTH = 8;
  private final String text;
  private int at;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /** What is wrong with the text; a message for users. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  /**
   * A dictionary with string keys and nothing behind it. Strings, {@code Boolean}, {@code Long} and lists as values.
   */
  static Map<String, Object> dictionary(String text) throws Malformed {
    PythonLiteral reader = new PythonLiteral(text);
    Map<String, Object> fields = reader.fields();
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.expected("the end");
    }
    return fields;
  }

  private Map<String, Object> fields() throws Malformed {
    Map<String, Object> fields = new LinkedHashMap<>();
    expect('{');
    while (!accept('}')) {
      String key = string();
      expect(':');
      if (fields.put(key, value(0)) != null) {
        throw new Malformed(FileFault.quoted(key) + " is given twice");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    return fields;
  }

  private Object value(int depth) throws Malformed {
    skipSpace();
    char next = peek();
    if (next == '\'' || next == '"') {
      return string();
    }
    if (next == '(' || next == '[') {
      if (depth >= MAX_DEPTH) {
        throw new Malformed("the header is nested too deep");
      }
      return sequence(next == '(' ? ')' : ']', depth);
    }
    if (text.startsWith("True", at)) {
      at += "True".length();
      return true;
    }
    if (text.startsWith("False", at)) {
      at += "False".length();
      return false;
    }
    return integer();
  }

  private ImmutableList<Object> sequence(char end, int depth) throws Malformed {
    ImmutableList.Builder<Object> items = ImmutableList.builder();
    at++;
    while (!accept(end)) {
      items.add(value(depth + 1));
      if (!accept(',')) {
        expect(end);
        break;
      }
    }
    return items.build();
  }

  private Long integer() throws Malformed {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    while (Character.isDigit(peek())) {
      at++;
    }
    String digits = text.substring(start, at);
    // Python 2 wrote long integers so.
    accept('L');
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      at = start;
      throw digits.isEmpty()
          ? expected("a value") : new Malformed("the integer " + FileFault.quoted(digits) + " is too large");
    }
  }

  private String string() throws Malformed {
    skipSpace();
    char quote = peek();
    int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
    if (end < 0) {
      throw expected("a string");
    }
    String content = text.substring(at + 1, end);
    at = end + 1;
    return content;
  }

  private boolean accept(char wanted) {
    skipSpace();
    if (peek() == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char wanted) throws Malformed {
    if (!accept(wanted)) {
      throw expected("'" + wanted + "'");
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private Malformed expected(String what) {
    return new Malformed("expected " + what + " at column " + (at + 1) + " of the header");
  }
}
