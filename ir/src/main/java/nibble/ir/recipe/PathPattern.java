package nibble.ir.recipe;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern over paths such as {@code layer[3].attn.q}: names joined by dots, where {@code *} stands for any one name,
 * {@code [*]} for any index, {@code {q,k,v}} for one of several names, and {@code **} for any number of names, none
 * included.
 *
 * @param text as written
 * @param pattern the same as a regular expression over a path followed by a dot
 */
public record PathPattern(String text, Pattern pattern) {
  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException where a part is neither a name, a choice nor a wildcard
   */
  public static PathPattern of(String text) {
    List<String> parts = Splitter.on(Pattern.compile("\\.(?![^{]*\\})")).splitToList(text.replace(" ", ""));
    StringBuilder expression = new StringBuilder();
    for (String part : parts) {
      expression.append(part.equals("**") ? "([^.]+\\.)*" : segment(part, text) + "\\.");
    }
    return new PathPattern(text, Pattern.compile(expression.toString()));
  }

  private static String segment(String part, String text) {
    if (!part.matches("(\\*|\\w+|\\{\\w+(,\\w+)*\\})(\\[(\\*|\\d+)\\])*")) {
      throw new IllegalArgumentException("'" + part + "' in the path pattern '" + text
          + "' is neither a name, a choice {a,b} nor *, perhaps with an index");
    }
    return part
        .replaceAll("\\[\\*\\]", "#ANY#")
        .replaceAll("\\[(\\d+)\\]", "#AT$1#")
        .replace("*", "[^.\\[]+")
        .replace("{", "(").replace("}", ")").replace(",", "|")
        .replace("#ANY#", "\\[\\d+\\]")
        .replaceAll("#AT(\\d+)#", "\\\\[$1\\\\]");
  }

  /** Whether the whole path fits. */
  public boolean matches(String path) {
    return pattern.matcher(path.isEmpty() ? "" : path + ".").matches();
  }

  /** Whether the path fits one of the patterns; with no pattern, every path does. */
  public static boolean anyMatches(ImmutableList<PathPattern> patterns, String path) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(path));
  }

  /** Two patterns are equal where their texts are; compiled expressions know no equality. */
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
