package nibble.dsl.format;

import java.util.ArrayList;
import java.util.List;
import nibble.dsl.grammar.NibbleParser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Lays out recipes. */
final class RecipeLayout extends Layout {
  RecipeLayout(Tokens tokens) {
    super(tokens);
  }

  Doc recipe(NibbleParser.RecipeContext recipe) {
    Doc base = recipe.EXTENDS() == null
        ? Doc.EMPTY
        : Doc.words(token(recipe.EXTENDS()), tight(recipe.dashedName(1)));
    return Doc.words(
        token(recipe.RECIPE()), tight(recipe.dashedName(0)), token(recipe.STRING()), base,
        braces(recipe.OPEN_BRACE(), recipe.clause(), recipe.CLOSE_BRACE(),
            clause -> clause((NibbleParser.ClauseContext) clause)));
  }

  private Doc clause(NibbleParser.ClauseContext clause) {
    int open = clause.children.indexOf(clause.OPEN_BRACE());
    List<Doc> paths = new ArrayList<>();
    for (ParseTree child : clause.children.subList(1, open)) {
      if (child instanceof TerminalNode comma) {
        paths.add(token(comma));
      } else {
        paths.add(paths.isEmpty() ? Doc.SPACE : Doc.LINE);
        paths.add(path((ParserRuleContext) child));
      }
    }
    List<ParseTree> options = clause.children.subList(open, clause.children.size());
    Doc braces = brackets(options, Doc.LINE, option -> spaced(option, this::value));
    return Doc.of(tight(clause.dashedName()), Doc.group(Doc.nest(Doc.of(paths))), Doc.SPACE, braces);
  }

  /** A path without blanks, but for one behind each comma of a choice, and around what gives a setting its value. */
  private Doc path(ParserRuleContext path) {
    List<Doc> parts = new ArrayList<>();
    for (ParseTree child : path.children) {
      if (child instanceof TerminalNode leaf) {
        boolean gives = leaf.getText().equals("=");
        parts.add(gives ? Doc.of(Doc.SPACE, token(leaf), Doc.SPACE) : token(leaf));
        boolean comma = leaf.getText().equals(",");
        parts.add(comma && !followedByClose(path, leaf) ? Doc.SPACE : Doc.EMPTY);
      } else {
        parts.add(path((ParserRuleContext) child));
      }
    }
    return Doc.of(parts);
  }

  private static boolean followedByClose(ParserRuleContext path, TerminalNode comma) {
    return path.getChild(path.children.indexOf(comma) + 1) instanceof TerminalNode;
  }

  /** A value without blanks, but for one behind each comma. */
  private Doc value(ParserRuleContext value) {
    return value instanceof NibbleParser.DashedNameContext ? tight(value) : path(value);
  }
}
