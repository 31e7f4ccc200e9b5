package nibble.ir.text;

import nibble.ir.Location;

/**
 * A token of the text form.
 *
 * @param text as written; of a string, its value
 */
record Token(Kind kind, String text, Location location) {
  enum Kind {
    WORD,
    VALUE,
    SYMBOL,
    NUMBER,
    STRING,
    PUNCTUATION,
    END
  }

  /** How many columns it takes; of a string, at least the quotes and the value. */
  int length() {
    return switch (kind) {
      case VALUE, SYMBOL -> 1 + text.length();
      case STRING -> Attributes.quoted(text).length();
      case WORD, NUMBER, PUNCTUATION, END -> text.length();
    };
  }

  /** As an error message names it. */
  String described() {
    return switch (kind) {
      case VALUE -> "'%" + text + "'";
      case SYMBOL -> "'@" + text + "'";
      case STRING -> "the string \"" + text + "\"";
      case WORD, NUMBER, PUNCTUATION -> "'" + text + "'";
      case END -> "the end of the text";
    };
  }
}
