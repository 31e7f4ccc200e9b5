package nibble.emulator.parse;

import nibble.emulator.PtxException;
import nibble.emulator.model.Position;
import nibble.emulator.report.Diagnostics;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ErrorNode;
import org.antlr.v4.runtime.tree.ParseTreeListener;
import org.antlr.v4.runtime.tree.TerminalNode;

/**
 * Refuses text that is nested so deeply that it could exhaust the stack of the parser or of those who walk its tree.
 */
final class NestingLimit implements ParseTreeListener {
  /** Rules that may be open at once; a bracket opens up to three. */
  private static final int MOST = 500;

  private final Diagnostics diagnostics;
  private int depth;

  NestingLimit(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /**
   * Counts a rule.
   *
   * @throws PtxException where it is one too many; the parser must not try to go on
   */
  @Override
  public void enterEveryRule(ParserRuleContext context) {
    if (++depth > MOST) {
      Token token = context.getStart();
      diagnostics.error(new Position(token.getLine(), token.getCharPositionInLine() + 1), "this is nested too deeply");
      diagnostics.throwIfAny();
    }
  }

  @Override
  public void exitEveryRule(ParserRuleContext context) {
    depth--;
  }

  @Override
  public void visitTerminal(TerminalNode node) {
    // Words do not nest.
  }

  @Override
  public void visitErrorNode(ErrorNode node) {
    // Nor do wrong ones.
  }
}
