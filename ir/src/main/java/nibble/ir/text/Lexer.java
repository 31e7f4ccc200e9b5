package nibble.ir.text;

import com.google.common.collect.ImmutableList;
import nibble.ir.Location;
import nibble.ir.Names;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;

/** Cuts text into tokens; {@code //} starts a comment. */
final class Lexer {
  private final String text;
  private final String file;
  private int position;
  private int line = 1;
  private int lineStart;

  private Lexer(String text, String file) {
    this.text = text;
    this.file = file;
  }

  static ImmutableList<Token> tokens(String text, String file) {
    Lexer lexer = new Lexer(text, file);
    ImmutableList.Builder<Token> tokens = ImmutableList.builder();
    Token token;
    do {
      token = lexer.next();
      tokens.add(token);
    } while (token.kind() != Token.Kind.END);
    return tokens.build();
  }

  private Token next() {
    skipBlanks();
    Location here = Location.of(file, line, position - lineStart + 1);
    if (position == text.length()) {
      return new Token(Token.Kind.END, "", here);
    }
    char c = text.charAt(position);
    if (c == '%' || c == '@') {
      position++;
      String name = run(Names::isNamePart);
      if (name.isEmpty()) {
        throw error("a name must follow '" + c + "'", here);
      }
      return new Token(c == '%' ? Token.Kind.VALUE : Token.Kind.SYMBOL, name, here);
    }
    if (c == '"') {
      return new Token(Token.Kind.STRING, string(here), here);
    }
    if (isDigit(c)) {
      return new Token(Token.Kind.NUMBER, number(), here);
    }
    if (Names.isWordStart(c)) {
      return new Token(Token.Kind.WORD, run(Names::isWordPart), here);
    }
    if ("{}()[]<>=,:.*+-/".indexOf(c) >= 0) {
      position++;
      return new Token(Token.Kind.PUNCTUATION, String.valueOf(c), here);
    }
    throw error("the character '" + c + "' has no meaning here", here);
  }

  private void skipBlanks() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '\n') {
        line++;
        lineStart = position + 1;
      } else if (c == '/' && text.startsWith("//", position)) {
        int end = text.indexOf('\n', position);
        position = (end < 0 ? text.length() : end) - 1;
      } else if (!Character.isWhitespace(c)) {
        return;
      }
      position++;
    }
  }

  private String number() {
    int start = position;
    run(Lexer::isDigit);
    if (position + 1 < text.length() && text.charAt(position) == '.' && isDigit(text.charAt(position + 1))) {
      position++;
      run(Lexer::isDigit);
    }
    if (position < text.length() && (text.charAt(position) == 'e' || text.charAt(position) == 'E')) {
      int mark = position++;
      if (position < text.length() && "+-".indexOf(text.charAt(position)) >= 0) {
        position++;
      }
      if (run(Lexer::isDigit).isEmpty()) {
        position = mark;
      }
    }
    return text.substring(start, position);
  }

  private String string(Location here) {
    StringBuilder value = new StringBuilder();
    for (position++; position < text.length(); position++) {
      char c = text.charAt(position);
      if (c == '"') {
        position++;
        return value.toString();
      }
      if (c == '\n') {
        break;
      }
      if (c == '\\' && position + 1 < text.length()) {
        c = text.charAt(++position);
        c = switch (c) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          default -> c;
        };
      }
      value.append(c);
    }
    throw error("this string is not closed", here);
  }

  private interface CharTest {
    boolean test(char c);
  }

  private String run(CharTest test) {
    int start = position;
    while (position < text.length() && test.test(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static InputException error(String message, Location location) {
    return new InputException(Diagnostic.error(message, location));
  }
}
