package nibble.ir.recipe;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern over paths such as {@code layer[3].attn.q}: names joined by dots, where {@code *} stands for any one name
 * without an index, {@code [*]} for any index, {@code {q,k,v}} for one of several names, and {@code **} for any number
 * of names with or without indices, none included.
 *
 * @param text as written
 * @param pattern the same as a regular expression over a path followed by a dot
 */
public record PathPattern(String text, Pattern pattern) {
  /** A dot outside braces. */
  private static final Pattern DOT = Pattern.compile("\\.(?![^{]*\\})");
  private static final Pattern SEGMENT = Pattern.compile("(\\*|\\w+|\\{\\w+(?:,\\w+)*\\})((?:\\[(?:\\*|\\d+)\\])*)");

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException where a part is neither a name, a choice nor a wildcard
   */
  public static PathPattern of(String text) {
    String compact = text.strip().replaceAll("\\s*([{},])\\s*", "$1");
    StringBuilder expression = new StringBuilder();
    for (String part : Splitter.on(DOT).split(compact)) {
      expression.append(part.equals("**") ? "([^.]+\\.)*" : segment(part, text) + "\\.");
    }
    return new PathPattern(text, Pattern.compile(expression.toString()));
  }

  private static String segment(String part, String text) {
    Matcher matcher = SEGMENT.matcher(part);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + part + "' in the path pattern '" + text
          + "' is neither a name, a choice {a,b} nor *, perhaps with an index");
    }
    String name = matcher.group(1);
    String names = name.equals("*")
        ? "[^.\\[]+"
        : name.replace('{', '(').replace('}', ')').replace(',', '|');
    return names + matcher.group(2).replace("*", "\\d+").replace("[", "\\[").replace("]", "\\]");
  }

  /** Whether the whole path fits. */
  public boolean matches(String path) {
    return pattern.matcher(path.isEmpty() ? "" : path + ".").matches();
  }

  /** Whether the path fits one of the patterns; with no pattern, every path does. */
  public static boolean anyMatches(ImmutableList<PathPattern> patterns, String path) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(path));
  }

  /** By the text: regular expressions have no equality of their own. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PathPattern that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
