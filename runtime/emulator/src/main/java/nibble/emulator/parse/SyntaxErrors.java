package nibble.emulator.parse;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.model.Position;
import nibble.emulator.report.Diagnostics;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Says in plain words what the parser stumbled over. */
final class SyntaxErrors extends BaseErrorListener {
  private static final int MOST_ALTERNATIVES = 4;

  private final Diagnostics diagnostics;

  SyntaxErrors(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  @Override
  public void syntaxError(
      Recognizer<?, ?> recognizer, Object symbol, int line, int column, String message, RecognitionException error) {
    Position position = new Position(line, column + 1);
    if (!(symbol instanceof Token token) || !(recognizer instanceof Parser parser)) {
      diagnostics.error(position, "cannot read this character");
      return;
    }
    String found = token.getType() == Token.EOF ? "end of file" : "'" + token.getText() + "'";
    List<String> expected = expected(parser);
    if (found.equals("'#'")) {
      diagnostics.error(position, "unexpected '#'", "PTX is wanted here; nvcc --ptx makes it of CUDA C++");
    } else if (expected.isEmpty()) {
      diagnostics.error(position, "unexpected " + found);
    } else {
      diagnostics.error(position, "unexpected " + found, "expected " + String.join(" or ", expected));
    }
  }

  /** What could stand here, where that is a short list. */
  private static List<String> expected(Parser parser) {
    IntervalSet tokens;
    try {
      tokens = parser.getExpectedTokens();
    } catch (IllegalArgumentException unknownState) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (int type : tokens.toList()) {
      names.add(describe(type, parser));
    }
    return names.size() > MOST_ALTERNATIVES ? List.of() : names;
  }

  private static String describe(int type, Parser parser) {
    return switch (type) {
      case PtxParser.NAME, PtxParser.DOTTED -> "a name";
      case PtxParser.WORD -> "a word with a dot before it";
      case PtxParser.INTEGER, PtxParser.FLOAT -> "a number";
      case PtxParser.STRING -> "a string";
      case Token.EOF -> "the end of the file";
      default -> parser.getVocabulary().getDisplayName(type);
    };
  }
}
