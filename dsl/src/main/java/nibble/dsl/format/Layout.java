package nibble.dsl.format;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import nibble.dsl.grammar.NibbleLexer;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** What the layouts of declarations, statements, expressions and recipes share. */
abstract class Layout {
  private final Tokens tokens;

  Layout(Tokens tokens) {
    this.tokens = tokens;
  }

  Tokens tokens() {
    return tokens;
  }

  Doc token(TerminalNode node) {
    return node == null ? Doc.EMPTY : tokens.of(node);
  }

  Doc token(Token token) {
    return tokens.of(token);
  }

  /** All tokens without a blank between two: names, paths. */
  Doc tight(ParserRuleContext context) {
    List<Doc> parts = new ArrayList<>();
    for (ParseTree child : context.children) {
      parts.add(switch (child) {
        case TerminalNode leaf -> token(leaf);
        case ParserRuleContext rule -> tight(rule);
        default -> throw new IllegalStateException("unexpected " + child.getClass());
      });
    }
    return Doc.of(parts);
  }

  /** The children with a blank between two, but none before {@code :} and {@code ,}. */
  Doc spaced(ParserRuleContext context, Function<ParserRuleContext, Doc> layout) {
    List<Doc> parts = new ArrayList<>();
    for (ParseTree child : context.children) {
      boolean attached = child instanceof TerminalNode leaf
          && (leaf.getSymbol().getType() == NibbleLexer.COLON || leaf.getSymbol().getType() == NibbleLexer.COMMA);
      if (!parts.isEmpty() && !attached) {
        parts.add(Doc.SPACE);
      }
      parts.add(switch (child) {
        case TerminalNode leaf -> token(leaf);
        case ParserRuleContext rule -> layout.apply(rule);
        default -> throw new IllegalStateException("unexpected " + child.getClass());
      });
    }
    return Doc.of(parts);
  }

  /**
   * Items between brackets, on one line where they fit. A comma behind the last item asks for a line for each.
   *
   * @param children the opening bracket, items and commas, the closing bracket
   * @param padding what stands between the brackets and the items
   */
  Doc brackets(List<? extends ParseTree> children, Doc padding, Function<ParserRuleContext, Doc> layout) {
    TerminalNode open = (TerminalNode) children.getFirst();
    TerminalNode close = (TerminalNode) children.getLast();
    if (children.size() == 2) {
      return Doc.of(token(open), token(close));
    }
    List<Doc> items = new ArrayList<>();
    boolean wantsLines = false;
    for (int i = 1; i < children.size() - 1; i++) {
      if (children.get(i) instanceof TerminalNode comma) {
        items.add(token(comma));
        wantsLines = i == children.size() - 2;
        items.add(wantsLines ? Doc.EMPTY : Doc.LINE);
      } else {
        items.add(layout.apply((ParserRuleContext) children.get(i)));
      }
    }
    Doc inner = Doc.nest(padding, Doc.of(items), tokens.leading(close.getSymbol(), true));
    Doc all = Doc.of(token(open), inner, padding, tokens.bare(close.getSymbol()));
    return wantsLines ? Doc.brokenGroup(all) : Doc.group(all);
  }

  /**
   * Items between braces, each on its own line. A single one that stands on one line with its braces may stay there.
   */
  Doc braces(TerminalNode open, List<? extends ParserRuleContext> items, TerminalNode close,
      Function<ParserRuleContext, Doc> layout) {
    Token end = close.getSymbol();
    if (items.isEmpty() && !tokens.hasLeading(end)) {
      return Doc.of(token(open), token(close));
    }
    if (items.size() == 1 && !tokens.hasLeading(end) && tokens.isFollowedOnLine(open.getSymbol())
        && items.getFirst().getStart().getLine() == open.getSymbol().getLine()) {
      return Doc.group(
          token(open), Doc.nest(Doc.LINE, layout.apply(items.getFirst())), Doc.LINE, tokens.bare(end));
    }
    List<Doc> body = new ArrayList<>();
    for (ParserRuleContext item : items) {
      boolean blank = !body.isEmpty() && tokens.isBlankBefore(item.getStart());
      body.add(new Doc.Break(blank));
      body.add(layout.apply(item));
    }
    if (tokens.hasLeading(end)) {
      body.add(new Doc.Break(!items.isEmpty() && tokens.isBlankBefore(end)));
      body.add(tokens.leading(end, true));
    }
    return Doc.of(token(open), Doc.nest(Doc.of(body)), new Doc.Break(false), tokens.bare(end));
  }
}
