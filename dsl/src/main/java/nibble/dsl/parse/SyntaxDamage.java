package nibble.dsl.parse;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import nibble.dsl.grammar.NibbleLexer;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ErrorNode;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Finds what the parser left behind where it had to recover. Walks by a loop: the tree of a long sum is deep. */
final class SyntaxDamage {
  private SyntaxDamage() {}

  /** Whether there is a syntax error in that part of the tree. */
  static boolean in(ParserRuleContext context) {
    return search(context, tree -> tree instanceof ErrorNode
        || (tree instanceof ParserRuleContext rule && (rule.exception != null || rule.getStop() == null)));
  }

  /** Whether there is one before the brace that opens the body of a rule, or no such brace. */
  static boolean beforeBrace(ParserRuleContext context) {
    for (ParseTree child : context.children == null ? List.<ParseTree>of() : context.children) {
      if (child instanceof ErrorNode || (child instanceof ParserRuleContext rule && in(rule))) {
        return true;
      }
      if (isBrace(child)) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is one in a body that belongs to none of its parts: between them, or where it should be closed. */
  static boolean behindBrace(ParserRuleContext context) {
    boolean inBody = false;
    for (ParseTree child : context.children) {
      if (inBody && child instanceof ErrorNode) {
        return true;
      }
      inBody |= isBrace(child);
    }
    return context.exception != null;
  }

  private static boolean isBrace(ParseTree tree) {
    return tree instanceof TerminalNode leaf && leaf.getSymbol().getType() == NibbleLexer.OPEN_BRACE;
  }

  /** All names in that part of the tree. */
  static ImmutableSet<String> names(ParserRuleContext context) {
    ImmutableSet.Builder<String> names = ImmutableSet.builder();
    search(context, tree -> {
      if (tree instanceof TerminalNode leaf && leaf.getSymbol().getType() == NibbleLexer.NAME) {
        names.add(leaf.getText());
      }
      return false;
    });
    return names.build();
  }

  /** The names in text that the rule itself had to skip. */
  static ImmutableSet<String> ownNames(ParserRuleContext context) {
    return context.children.stream()
        .filter(child -> child instanceof ErrorNode error && error.getSymbol().getType() == NibbleLexer.NAME)
        .map(ParseTree::getText)
        .collect(ImmutableSet.toImmutableSet());
  }

  private static boolean search(ParserRuleContext context, Predicate<ParseTree> found) {
    Deque<ParseTree> open = new ArrayDeque<>();
    open.push(context);
    while (!open.isEmpty()) {
      ParseTree tree = open.pop();
      if (found.test(tree)) {
        return true;
      }
      for (int i = 0; i < tree.getChildCount(); i++) {
        open.push(tree.getChild(i));
      }
    }
    return false;
  }
}
