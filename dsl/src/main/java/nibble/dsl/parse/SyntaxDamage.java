package nibble.dsl.parse;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.Deque;
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
