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
