package nibble.dsl.format;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/**
 * Tokens with the comments around them: a comment belongs to the token before it on its line, or to the one that
 * follows.
 *
 * @param stream all tokens, comments included
 */
record Tokens(CommonTokenStream stream) {
  /** A token with its comments. */
  Doc of(Token token) {
    return Doc.of(leading(token, false), bare(token));
  }

  Doc of(TerminalNode node) {
    return of(node.getSymbol());
  }

  /** A token with the comments behind it, but without those before it. */
  Doc bare(Token token) {
    List<Doc> parts = new ArrayList<>();
    parts.add(Doc.text(token.getType() == Token.EOF ? "" : token.getText()));
    for (int i = token.getTokenIndex() + 1; i < stream.size(); i++) {
      Token next = stream.get(i);
      if (next.getChannel() == Token.DEFAULT_CHANNEL || next.getLine() != token.getLine()) {
        break;
      }
      parts.add(new Doc.Comment(text(next), false));
    }
    return Doc.of(parts);
  }

  /**
   * The comments before a token on lines of their own. An empty line between them and the token is kept, unless the
   * token closes a bracket.
   */
  Doc leading(Token token, boolean closes) {
    List<Token> comments = comments(token);
    List<Doc> parts = new ArrayList<>();
    for (int i = 0; i < comments.size(); i++) {
      parts.add(new Doc.Comment(text(comments.get(i)), true));
      boolean last = i + 1 == comments.size();
      Token next = last ? token : comments.get(i + 1);
      if (next.getLine() - comments.get(i).getLine() > 1 && !(last && closes)) {
        parts.add(new Doc.Break(true));
      }
    }
    return parts.isEmpty() ? Doc.EMPTY : Doc.of(parts);
  }

  private List<Token> comments(Token token) {
    List<Token> comments = new ArrayList<>();
    for (int i = token.getTokenIndex() - 1; i >= 0 && stream.get(i).getChannel() != Token.DEFAULT_CHANNEL; i--) {
      comments.addFirst(stream.get(i));
    }
    int before = token.getTokenIndex() - comments.size() - 1;
    if (before >= 0) {
      comments.removeIf(comment -> comment.getLine() == stream.get(before).getLine());
    }
    return comments;
  }

  boolean hasLeading(Token token) {
    return !comments(token).isEmpty();
  }

  /** Whether an empty line stands before a token and the comments that belong to it. */
  boolean isBlankBefore(Token token) {
    List<Token> comments = comments(token);
    Token first = comments.isEmpty() ? token : comments.getFirst();
    int index = first.getTokenIndex() - 1;
    return index >= 0 && first.getLine() - stream.get(index).getLine() > 1;
  }

  /** Whether a token and the one after it stand on one line. */
  boolean isFollowedOnLine(Token token) {
    int index = token.getTokenIndex() + 1;
    return index < stream.size() && stream.get(index).getLine() == token.getLine();
  }

  /** Whether all of a rule stands on one line. */
  static boolean isOneLine(ParserRuleContext context) {
    return context.getStart().getLine() == context.getStop().getLine();
  }

  private static String text(Token comment) {
    return comment.getText().stripTrailing();
  }
}
