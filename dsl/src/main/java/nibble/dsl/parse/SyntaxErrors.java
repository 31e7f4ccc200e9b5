package nibble.dsl.parse;

import com.google.common.collect.ImmutableMap;
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
import org.antlr.v4.runtime.misc.IntervalSet;

/** Recovers from syntax errors as ANTLR does by default, and says in words what is wrong. */
final class SyntaxErrors extends DefaultErrorStrategy {
  private static final ImmutableMap<Integer, Integer> OPENERS = ImmutableMap.of(
      NibbleLexer.CLOSE_PARENTHESIS, NibbleLexer.OPEN_PARENTHESIS,
      NibbleLexer.CLOSE_BRACKET, NibbleLexer.OPEN_BRACKET,
      NibbleLexer.CLOSE_BRACE, NibbleLexer.OPEN_BRACE);

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

  private void report(Parser parser, Token found, IntervalSet expected) {
    reporter.report(describe(parser, found, expected));
  }

  private Diagnostic describe(Parser parser, Token found, IntervalSet expected) {
    if (found.getType() == NibbleLexer.UNCLOSED_STRING) {
      return spans.of(found).error("this string is not closed").hint("end it with \" on the same line");
    }
    if (found.getType() == NibbleLexer.STRAY) {
      Diagnostic diagnostic = spans.of(found).error("the character '" + found.getText() + "' has no meaning here");
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
