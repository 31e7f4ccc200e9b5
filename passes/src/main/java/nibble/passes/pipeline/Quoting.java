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

  /**
   * A part of a list.
   *
   * @param text without blanks around it
   * @param offset where it starts in the list
   */
  record Item(String text, int offset) {}

  /** The items of {@code [a, b]}; of anything else, that one item. A path pattern never starts with a bracket. */
  static ImmutableList<Item> items(String text) {
    if (!text.startsWith("[") || !text.endsWith("]")) {
      return ImmutableList.of(new Item(text, 0));
    }
    ImmutableList.Builder<Item> items = ImmutableList.builder();
    int depth = 0;
    int start = 1;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        i = endOfString(text, i);
      } else if (depth == 0 && (c == ',' || i == text.length() - 1)) {
        String item = text.substring(start, i);
        if (!item.isBlank()) {
          items.add(new Item(item.strip(), start + item.length() - item.stripLeading().length()));
        }
        start = i + 1;
      } else {
        depth += "{[(".indexOf(c) >= 0 ? 1 : "}])".indexOf(c) >= 0 ? -1 : 0;
      }
    }
    return items.build();
  }

  /** The index of the quotation mark that closes a string; the last one of the text where none does. */
  static int endOfString(String text, int open) {
    for (int i = open + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i;
      }
      i += c == '\\' ? 1 : 0;
    }
    return text.length() - 1;
  }
}
