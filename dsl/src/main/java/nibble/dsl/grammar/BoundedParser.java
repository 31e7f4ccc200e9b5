package nibble.dsl.grammar;

import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenStream;

/** A parser that refuses text nested so deeply that it could exhaust the stack. */
public abstract class BoundedParser extends Parser {
  /** Rules that may be open at once; each bracket opens one or two. */
  public static final int MAX_DEPTH = 500;

  private int depth;

  protected BoundedParser(TokenStream input) {
    super(input);
  }

  /** Text is nested too deeply. Not a {@link RecognitionException}: the parser must not try to recover from it. */
  public static final class NestingException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Token token;

    private NestingException(Token token) {
      super("nested too deeply", null, false, false);
      this.token = token;
    }

    /** Where the limit was passed. */
    public Token token() {
      return token;
    }
  }

  private void deepen() {
    if (++depth > MAX_DEPTH) {
      throw new NestingException(getCurrentToken());
    }
  }

  @Override
  public void reset() {
    super.reset();
    depth = 0;
  }

  @Override
  public void enterRule(ParserRuleContext localContext, int state, int ruleIndex) {
    deepen();
    super.enterRule(localContext, state, ruleIndex);
  }

  @Override
  public void exitRule() {
    depth--;
    super.exitRule();
  }

  @Override
  public void enterRecursionRule(ParserRuleContext localContext, int state, int ruleIndex, int precedence) {
    deepen();
    super.enterRecursionRule(localContext, state, ruleIndex, precedence);
  }

  @Override
  public void unrollRecursionContexts(ParserRuleContext parent) {
    depth--;
    super.unrollRecursionContexts(parent);
  }
}
