package nibble.dsl.parse;

import nibble.dsl.syntax.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;

/**
 * Where tokens and rules stand.
 *
 * @param file name of the file
 * @param tokens of the file
 */
record Spans(String file, TokenStream tokens) {
  Span of(Token token) {
    int length = token.getType() == Token.EOF ? 1 : token.getStopIndex() - token.getStartIndex() + 1;
    return new Span(file, token.getLine(), token.getCharPositionInLine() + 1, Math.max(1, length));
  }

  Span of(ParserRuleContext context) {
    return between(context.getStart(), context.getStop());
  }

  /** From the first of two tokens to the second, or to the end of the first one's line. */
  Span between(Token first, Token last) {
    Token end = first;
    for (int i = first.getTokenIndex(); last != null && i <= last.getTokenIndex(); i++) {
      Token token = tokens.get(i);
      if (token.getLine() != first.getLine()) {
        break;
      }
      end = token.getChannel() == Token.DEFAULT_CHANNEL && token.getType() != Token.EOF ? token : end;
    }
    int length = end.getCharPositionInLine() + of(end).length() - first.getCharPositionInLine();
    return new Span(file, first.getLine(), first.getCharPositionInLine() + 1, Math.max(1, length));
  }

  /** The place right behind a token. */
  Span behind(Token token) {
    Span span = of(token);
    return new Span(file, span.line(), span.column() + span.length(), 1);
  }
}
