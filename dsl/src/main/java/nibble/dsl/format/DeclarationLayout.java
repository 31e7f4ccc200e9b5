package nibble.dsl.format;

import java.util.ArrayList;
import java.util.List;
import nibble.dsl.grammar.NibbleLexer;
import nibble.dsl.grammar.NibbleParser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Lays out files, declarations and statements. */
final class DeclarationLayout extends Layout {
  private final ExpressionLayout expressions;
  private final RecipeLayout recipes;

  DeclarationLayout(Tokens tokens) {
    super(tokens);
    this.expressions = new ExpressionLayout(tokens);
    this.recipes = new RecipeLayout(tokens);
  }

  /**
   * A declaration of a file, or the comments at its end.
   *
   * @param doc with the comments before it
   * @param spaced whether the author left an empty line before it
   */
  record Item(Doc doc, boolean spaced) {}

  List<Item> file(NibbleParser.FileContext file) {
    List<Item> items = new ArrayList<>();
    for (NibbleParser.ItemContext item : file.item()) {
      items.add(new Item(item((ParserRuleContext) item.getChild(0)), tokens().isBlankBefore(item.getStart())));
    }
    Token end = file.EOF().getSymbol();
    if (tokens().hasLeading(end)) {
      items.add(new Item(tokens().leading(end, true), tokens().isBlankBefore(end)));
    }
    return items;
  }

  private Doc item(ParserRuleContext item) {
    return switch (item) {
      case NibbleParser.ModelContext model -> component(model, model.member());
      case NibbleParser.BlockContext block -> component(block, block.member());
      case NibbleParser.RecipeContext recipe -> recipes.recipe(recipe);
      case NibbleParser.ImportFileContext imported -> spaced(imported, expressions::of);
      default -> member(item);
    };
  }

  /** {@code block Linear<I, O> "summary" { ... }}. */
  private Doc component(ParserRuleContext context, List<NibbleParser.MemberContext> members) {
    List<Doc> header = new ArrayList<>();
    int open = 0;
    for (ParseTree child : context.children) {
      if (child instanceof TerminalNode leaf && leaf.getSymbol().getType() == NibbleLexer.OPEN_BRACE) {
        break;
      }
      open++;
    }
    for (int i = 0; i < open; i++) {
      ParseTree child = context.getChild(i);
      int type = child instanceof TerminalNode leaf ? leaf.getSymbol().getType() : Token.INVALID_TYPE;
      if (type == NibbleLexer.LESS) {
        int close = closing(context, i, open);
        header.add(brackets(context.children.subList(i, close + 1), Doc.CUT, expressions::of));
        i = close;
      } else {
        if (!header.isEmpty()) {
          header.add(Doc.SPACE);
        }
        header.add(child instanceof TerminalNode leaf ? token(leaf) : expressions.of((ParserRuleContext) child));
      }
    }
    header.add(Doc.SPACE);
    header.add(braces(
        (TerminalNode) context.getChild(open), members,
        (TerminalNode) context.getChild(context.getChildCount() - 1),
        member -> member((ParserRuleContext) member.getChild(0))));
    return Doc.of(header);
  }

  private static int closing(ParserRuleContext context, int from, int to) {
    for (int i = from; i < to; i++) {
      if (context.getChild(i) instanceof TerminalNode leaf && leaf.getSymbol().getType() == NibbleLexer.GREATER) {
        return i;
      }
    }
    throw new IllegalStateException("the list of sizes is not closed");
  }

  private Doc member(ParserRuleContext member) {
    return switch (member) {
      case NibbleParser.SizesContext sizes -> sizes(sizes);
      case NibbleParser.ConstantContext constant -> spaced(constant, expressions::of);
      case NibbleParser.WeightContext weight -> spaced(weight, expressions::of);
      case NibbleParser.InstanceContext instance -> instance(instance);
      case NibbleParser.FunctionContext function -> function(function);
      default -> throw new IllegalStateException("no member is " + member.getClass());
    };
  }

  private Doc sizes(NibbleParser.SizesContext sizes) {
    List<Doc> parts = new ArrayList<>();
    for (int i = 0; i < sizes.size().size(); i++) {
      parts.add(i == 0 ? Doc.SPACE : Doc.LINE);
      parts.add(spaced(sizes.size(i), expressions::of));
      parts.add(i < sizes.COMMA().size() ? token(sizes.COMMA(i)) : Doc.EMPTY);
    }
    return Doc.group(token(sizes.SIZE()), Doc.nest(Doc.of(parts)));
  }

  private Doc instance(NibbleParser.InstanceContext instance) {
    Doc array = instance.IN() == null ? Doc.EMPTY : Doc.of(
        token(instance.OPEN_BRACKET()), expressions.of(instance.name(1)), Doc.SPACE, token(instance.IN()), Doc.SPACE,
        expressions.of(instance.range()), token(instance.CLOSE_BRACKET()));
    Doc arguments = instance.sizeArguments() == null
        ? Doc.EMPTY
        : brackets(instance.sizeArguments().children, Doc.CUT, expressions::of);
    Doc name = Doc.of(expressions.of(instance.name(0)), array, token(instance.COLON()));
    Doc block = Doc.of(expressions.of(instance.name(instance.name().size() - 1)), arguments);
    return Doc.words(name, block, token(instance.AT()), token(instance.STRING()));
  }

  private Doc function(NibbleParser.FunctionContext function) {
    int open = function.children.indexOf(function.OPEN_PARENTHESIS());
    int close = function.children.indexOf(function.CLOSE_PARENTHESIS());
    Doc parameters = brackets(
        function.children.subList(open, close + 1), Doc.CUT, parameter -> spaced(parameter, expressions::of));
    Doc name = Doc.of(expressions.of(function.name()), parameters);
    Doc result = function.ARROW() == null
        ? Doc.EMPTY
        : Doc.words(token(function.ARROW()), result(function.result()));
    return Doc.words(
        token(function.PRIVATE()), token(function.FN()), name, result,
        braces(function.OPEN_BRACE(), function.statement(), function.CLOSE_BRACE(), this::statement));
  }

  private Doc result(NibbleParser.ResultContext result) {
    return result.OPEN_PARENTHESIS() == null
        ? expressions.type(result.type(0))
        : brackets(result.children, Doc.CUT, expressions::of);
  }

  private Doc statement(ParserRuleContext statement) {
    return switch (statement) {
      case NibbleParser.ForContext loop -> Doc.words(
          token(loop.FOR()), expressions.of(loop.name()), token(loop.IN()), expressions.of(loop.range()),
          braces(loop.OPEN_BRACE(), loop.statement(), loop.CLOSE_BRACE(), this::statement));
      case NibbleParser.ReturnContext result -> returned(result);
      default -> Doc.group(spaced(statement, this::part));
    };
  }

  private Doc returned(NibbleParser.ReturnContext result) {
    List<Doc> values = new ArrayList<>();
    for (int i = 0; i < result.expression().size(); i++) {
      values.add(i == 0 ? Doc.SPACE : Doc.LINE);
      values.add(expressions.of(result.expression(i)));
      values.add(i < result.COMMA().size() ? token(result.COMMA(i)) : Doc.EMPTY);
    }
    return Doc.group(token(result.RETURN()), values.size() == 3 ? Doc.of(values) : Doc.nest(Doc.of(values)));
  }

  private Doc part(ParserRuleContext part) {
    return switch (part) {
      case NibbleParser.TargetsContext targets -> targets.OPEN_PARENTHESIS() == null
          ? spaced(targets, expressions::of)
          : brackets(targets.children, Doc.CUT, expressions::of);
      default -> expressions.of(part);
    };
  }
}
