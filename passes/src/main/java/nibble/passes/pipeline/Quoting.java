package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;

/** Strings and lists inside option values. */
final class Quoting {
  private Quoting() {}

  /** The text itself where it reads back as it is, and in quotation marks where it does not. */
  static String quote(String text) {
    return text.matches("[\\w.*+/:-]+")
        ? text
        : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  static String unquote(String text) {
    if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
      return text;
    }
    return text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
  }

  /** The items of {@code [a, b]}; of anything else, that one item. A path pattern never starts with a bracket. */
  static ImmutableList<String> items(String text) {
    if (!text.startsWith("[") || !text.endsWith("]")) {
      return ImmutableList.of(text);
    }
    ImmutableList.Builder<String> items = ImmutableList.builder();
    int depth = 0;
    boolean quoted = false;
    int start = 1;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      quoted ^= c == '"' && text.charAt(i - 1) != '\\';
      boolean ends = !quoted && depth == 0 && (c == ',' || i == text.length() - 1);
      if (ends) {
        String item = text.substring(start, i).strip();
        if (!item.isEmpty()) {
          items.add(item);
        }
        start = i + 1;
      } else if (!quoted) {
        depth += "{[(".indexOf(c) >= 0 ? 1 : "}])".indexOf(c) >= 0 ? -1 : 0;
      }
    }
    return items.build();
  }
}
