package nibble.dsl.parse;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import nibble.dsl.grammar.NibbleLexer;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.ir.diagnostic.Diagnostic;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.FailedPredicateException;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.NoViableAltException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATNState;
import org.antlr.v4.runtime.misc.IntervalSet;

/**
 * Says in words what is wrong, and recovers as ANTLR does by default, but goes on only where the structure of the
 * text is plain again: at a bracket, a keyword or the start of a line. So one mistake gives one message.
 */
final class SyntaxErrors extends DefaultErrorStrategy {
  private static final ImmutableMap<Integer, Integer> OPENERS = ImmutableMap.of(
      NibbleLexer.CLOSE_PARENTHESIS, NibbleLexer.OPEN_PARENTHESIS,
      NibbleLexer.CLOSE_BRACKET, NibbleLexer.OPEN_BRACKET,
      NibbleLexer.CLOSE_BRACE, NibbleLexer.OPEN_BRACE);

  /** Where a new declaration begins, whatever is still open. */
  private static final ImmutableSet<Integer> DECLARATIONS = ImmutableSet.of(
      NibbleLexer.FN, NibbleLexer.BLOCK, NibbleLexer.MODEL, NibbleLexer.RECIPE, NibbleLexer.IMPORT);

  /** Words and signs that tell the structure of the text wherever they stand; others do at the start of a line only. */
  private static final ImmutableSet<Integer> LANDMARKS = ImmutableSet.of(
      NibbleLexer.CLOSE_PARENTHESIS, NibbleLexer.CLOSE_BRACKET, NibbleLexer.CLOSE_BRACE, NibbleLexer.OPEN_BRACE,
      NibbleLexer.COMMA, NibbleLexer.COLON, NibbleLexer.ASSIGN, NibbleLexer.ARROW, NibbleLexer.LET, NibbleLexer.VAR,
      NibbleLexer.FOR, NibbleLexer.RETURN, NibbleLexer.FN);

  private final Spans spans;
  private final Reporter reporter;

  SyntaxErrors(Spans spans, Reporter reporter) {
    this.spans = spans;
    this.reporter = reporter;
  }

  @Override
  protected void reportNoViableAlternative(Parser parser, NoViableAltException e) {
    if (e.getOffendingToken() == e.getStartToken()) {
      report(parser, e.getOffendingToken(), e.getExpectedTokens());
    } else {
      report(parser, e.getOffendingToken(), new IntervalSet());
    }
  }

  @Override
  protected void reportInputMismatch(Parser parser, InputMismatchException e) {
    report(parser, e.getOffendingToken(), e.getExpectedTokens());
  }

  @Override
  protected void reportFailedPredicate(Parser parser, FailedPredicateException e) {
    report(parser, e.getOffendingToken(), new IntervalSet());
  }

  @Override
  protected void reportUnwantedToken(Parser parser) {
    if (!inErrorRecoveryMode(parser)) {
      beginErrorCondition(parser);
      report(parser, parser.getCurrentToken(), getExpectedTokens(parser));
    }
  }

  @Override
  protected void reportMissingToken(Parser parser) {
    reportUnwantedToken(parser);
  }

  /** A loop that does not even begin is treated as one that does not go on: the rest of the file is still read. */
  @Override
  public void sync(Parser parser) {
    ATNState state = parser.getInterpreter().atn.states.get(parser.getState());
    int next = parser.getInputStream().LA(1);
    boolean isLoop = state.getStateType() == ATNState.STAR_LOOP_ENTRY;
    if (!isLoop || inErrorRecoveryMode(parser) || fits(parser, state, next)) {
      super.sync(parser);
      return;
    }
    reportUnwantedToken(parser);
    consumeUntil(parser, parser.getExpectedTokens().or(getErrorRecoverySet(parser)));
  }

  private static boolean fits(Parser parser, ATNState state, int next) {
    IntervalSet tokens = parser.getATN().nextTokens(state);
    return tokens.contains(next) || tokens.contains(Token.EPSILON);
  }

  /** Leaving out a word that stands in the way seldom makes sense of what follows. */
  @Override
  protected Token singleTokenDeletion(Parser parser) {
    return null;
  }

  @Override
  protected void consumeUntil(Parser parser, IntervalSet set) {
    int open = 0;
    while (parser.getInputStream().LA(1) != Token.EOF) {
      Token token = parser.getCurrentToken();
      int type = token.getType();
      boolean startsLine = startsLine(parser, token);
      boolean resumable = open == 0 && (LANDMARKS.contains(type) || startsLine);
      if (set.contains(type) && (resumable || (startsLine && DECLARATIONS.contains(type)))) {
        return;
      }
      if (OPENERS.containsValue(type)) {
        open++;
      } else if (OPENERS.containsKey(type) && open > 0) {
        open--;
      }
      parser.consume();
    }
  }

  private static boolean startsLine(Parser parser, Token token) {
    Token previous = parser.getInputStream().LT(-1);
    return previous == null || previous.getLine() < token.getLine();
  }

  private void report(Parser parser, Token found, IntervalSet expected) {
    reporter.report(describe(parser, found, expected));
  }

  private Diagnostic describe(Parser parser, Token found, IntervalSet expected) {
    if (found.getType() == NibbleLexer.UNCLOSED_STRING) {
      return spans.of(found).error("this string is not closed").hint("end it with \" on the same line");
    }
    if (found.getType() == NibbleLexer.STRAY) {
      int codePoint = found.getText().codePointAt(0);
      String shown = Character.isISOControl(codePoint) || !Character.isDefined(codePoint)
          ? String.format("U+%04X", codePoint)
          : "'" + found.getText() + "'";
      Diagnostic diagnostic = spans.of(found).error("the character " + shown + " has no meaning here");
      return SyntaxHints.ofCharacter(found.getText()).map(diagnostic::hint).orElse(diagnostic);
    }
    Token previous = parser.getInputStream().LT(-1);
    boolean lineEnds = previous != null && (found.getType() == Token.EOF || found.getLine() > previous.getLine());
    String message = expected.isNil()
        ? "did not expect " + Expectation.found(found) + " here"
        : "expected " + Expectation.words(expected) + " but found " + Expectation.found(found);
    Diagnostic diagnostic = (lineEnds ? spans.behind(previous) : spans.of(found)).error(message);
    Optional<Token> open = unclosed(parser, found, expected);
    if (open.isPresent()) {
      diagnostic = diagnostic.note(
          "'" + open.get().getText() + "' was opened at " + spans.of(open.get()).position());
    }
    return SyntaxHints.of((NibbleParser) parser, previous, found).map(diagnostic::hint).orElse(diagnostic);
  }

  /** The bracket that is still open where its closing one is among what was expected. */
  private Optional<Token> unclosed(Parser parser, Token found, IntervalSet expected) {
    Deque<Token> open = new ArrayDeque<>();
    for (int i = 0; i < found.getTokenIndex(); i++) {
      Token token = parser.getInputStream().get(i);
      if (OPENERS.containsValue(token.getType())) {
        open.push(token);
      } else if (OPENERS.containsKey(token.getType()) && !open.isEmpty()) {
        open.pop();
      }
    }
    boolean worthSaying = !open.isEmpty()
        && (found.getType() == Token.EOF || open.peek().getLine() < found.getLine())
        && OPENERS.entrySet().stream()
            .anyMatch(pair -> pair.getValue() == open.peek().getType() && expected.contains(pair.getKey()));
    return worthSaying ? Optional.of(open.peek()) : Optional.empty();
  }
}
