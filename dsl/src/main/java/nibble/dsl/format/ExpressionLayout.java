package nibble.dsl.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import nibble.dsl.grammar.NibbleLexer;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.grammar.NibbleParser.ExpressionContext;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Lays out expressions, sizes and types. */
final class ExpressionLayout extends Layout {
  ExpressionLayout(Tokens tokens) {
    super(tokens);
  }

  /** Any rule that is part of an expression or a type. */
  Doc of(ParserRuleContext context) {
    return switch (context) {
      case ExpressionContext expression -> expression(expression);
      case NibbleParser.SizeExpressionContext size -> size(size);
      case NibbleParser.TypeContext type -> type(type);
      case NibbleParser.ExtentContext extent -> extent(extent);
      case NibbleParser.ArgumentContext argument -> spaced(argument, this::of);
      case NibbleParser.SubscriptContext subscript -> subscript(subscript);
      case NibbleParser.AxisContext axis -> axis(axis);
      case NibbleParser.RangeContext range ->
          Doc.of(size(range.sizeExpression(0)), token(range.ELLIPSIS()), size(range.sizeExpression(1)));
      case NibbleParser.NameContext name -> tight(name);
      default -> throw new IllegalStateException("no part of an expression: " + context.getClass());
    };
  }

  Doc type(NibbleParser.TypeContext type) {
    List<Doc> parts = new ArrayList<>();
    parts.add(of(type.name()));
    if (type.OPEN_BRACKET() != null) {
      int close = type.children.indexOf(type.CLOSE_BRACKET());
      parts.add(brackets(type.children.subList(1, close + 1), Doc.CUT, this::of));
    }
    for (NibbleParser.PrecisionContext precision : type.precision()) {
      parts.add(Doc.SPACE);
      parts.add(of(precision.name()));
      parts.add(brackets(precision.children.subList(1, precision.children.size()), Doc.CUT, this::of));
    }
    return Doc.of(parts);
  }

  private Doc extent(NibbleParser.ExtentContext extent) {
    return extent.sizeExpression() != null ? size(extent.sizeExpression()) : tight(extent);
  }

  private Doc size(NibbleParser.SizeExpressionContext context) {
    Deque<NibbleParser.SizeBinaryContext> chain = new ArrayDeque<>();
    NibbleParser.SizeExpressionContext innermost = context;
    while (innermost instanceof NibbleParser.SizeBinaryContext binary) {
      chain.push(binary);
      innermost = binary.sizeExpression(0);
    }
    Doc doc = switch (innermost) {
      case NibbleParser.SizeParenthesisedContext group -> Doc.of(
          token(group.OPEN_PARENTHESIS()), size(group.sizeExpression()), token(group.CLOSE_PARENTHESIS()));
      case NibbleParser.SizeNegativeContext negative ->
          Doc.of(token(negative.MINUS()), size(negative.sizeExpression()));
      case NibbleParser.SizeCallContext call -> Doc.of(
          of(call.name()), token(call.OPEN_PARENTHESIS()), size(call.sizeExpression()),
          token(call.CLOSE_PARENTHESIS()));
      default -> tight(innermost);
    };
    while (!chain.isEmpty()) {
      NibbleParser.SizeBinaryContext binary = chain.pop();
      doc = Doc.words(doc, token(binary.operator), size(binary.sizeExpression(1)));
    }
    return doc;
  }

  /** Walks down the left side of a chain by a loop, and lays it out from there. */
  private Doc expression(ExpressionContext context) {
    Deque<ExpressionContext> chain = new ArrayDeque<>();
    ExpressionContext innermost = context;
    for (Optional<ExpressionContext> left = left(innermost); left.isPresent(); left = left(innermost)) {
      chain.push(innermost);
      innermost = left.get();
    }
    Doc doc = head(innermost);
    while (!chain.isEmpty()) {
      ExpressionContext next = chain.pop();
      doc = next instanceof NibbleParser.BinaryContext binary ? operators(doc, binary, chain) : postfix(doc, next);
    }
    return doc;
  }

  private static Optional<ExpressionContext> left(ExpressionContext context) {
    return switch (context) {
      case NibbleParser.CallContext call -> Optional.of(call.expression());
      case NibbleParser.IndexContext index -> Optional.of(index.expression());
      case NibbleParser.SelectionContext selection -> Optional.of(selection.expression());
      case NibbleParser.CastContext cast -> Optional.of(cast.expression());
      case NibbleParser.BinaryContext binary -> Optional.of(binary.expression(0));
      default -> Optional.empty();
    };
  }

  /** Operators that bind alike form one group: lines end before all of them or before none. */
  private Doc operators(Doc first, NibbleParser.BinaryContext binary, Deque<ExpressionContext> rest) {
    List<Doc> tail = new ArrayList<>();
    tail.add(operation(binary));
    while (rest.peek() instanceof NibbleParser.BinaryContext next
        && precedence(next.operator) == precedence(binary.operator)) {
      rest.pop();
      tail.add(operation(next));
    }
    return Doc.group(first, Doc.nest(Doc.of(tail)));
  }

  private Doc operation(NibbleParser.BinaryContext binary) {
    return Doc.of(Doc.LINE, token(binary.operator), Doc.SPACE, of(binary.expression(1)));
  }

  private static int precedence(Token operator) {
    return switch (operator.getType()) {
      case NibbleLexer.POWER -> 5;
      case NibbleLexer.STAR, NibbleLexer.SLASH, NibbleLexer.PERCENT, NibbleLexer.MATMUL -> 4;
      case NibbleLexer.PLUS, NibbleLexer.MINUS -> 3;
      case NibbleLexer.AND -> 1;
      case NibbleLexer.OR -> 0;
      default -> 2;
    };
  }

  private Doc postfix(Doc left, ExpressionContext context) {
    List<ParseTree> children = context.children;
    return switch (context) {
      case NibbleParser.CallContext call ->
          Doc.of(left, brackets(children.subList(1, children.size()), Doc.CUT, this::of));
      case NibbleParser.IndexContext index ->
          Doc.of(left, brackets(children.subList(1, children.size()), Doc.CUT, this::of));
      case NibbleParser.SelectionContext selection -> Doc.of(left, token(selection.DOT()), of(selection.name()));
      case NibbleParser.CastContext cast -> Doc.words(left, token(cast.AS()), of(cast.name()));
      default -> throw new IllegalStateException("nothing is extended by " + context.getClass());
    };
  }

  private Doc head(ExpressionContext context) {
    return switch (context) {
      case NibbleParser.ParenthesisedContext group -> brackets(group.children, Doc.CUT, this::of);
      case NibbleParser.ArrayContext array -> brackets(array.children, Doc.CUT, this::of);
      case NibbleParser.RearrangeContext rearrange -> rearrange(rearrange);
      case NibbleParser.NegativeContext negative -> Doc.of(token(negative.MINUS()), of(negative.expression()));
      case NibbleParser.NotContext not -> Doc.words(token(not.NOT()), of(not.expression()));
      case NibbleParser.ConditionalContext conditional -> Doc.group(
          token(conditional.IF()), Doc.SPACE, of(conditional.expression(0)),
          Doc.nest(
              Doc.LINE, token(conditional.THEN()), Doc.SPACE, of(conditional.expression(1)),
              Doc.LINE, token(conditional.ELSE()), Doc.SPACE, of(conditional.expression(2))));
      default -> tight(context);
    };
  }

  private Doc subscript(NibbleParser.SubscriptContext context) {
    boolean airy = context.children.stream().anyMatch(child -> child instanceof NibbleParser.BinaryContext);
    List<Doc> parts = new ArrayList<>();
    for (ParseTree child : context.children) {
      if (child instanceof TerminalNode colon && colon.getSymbol().getType() == NibbleLexer.COLON) {
        boolean spaced = airy && !parts.isEmpty() && child != context.children.getLast();
        parts.add(spaced ? Doc.of(Doc.SPACE, token(colon), Doc.SPACE) : token(colon));
      } else if (child instanceof TerminalNode leaf) {
        parts.add(token(leaf));
      } else {
        parts.add(of((ParserRuleContext) child));
      }
    }
    return Doc.of(parts);
  }

  private Doc rearrange(NibbleParser.RearrangeContext context) {
    List<Doc> pattern = new ArrayList<>();
    List<Doc> rest = new ArrayList<>();
    int commas = 0;
    for (ParseTree child : context.children) {
      if (child instanceof NibbleParser.AxisContext axis) {
        pattern.add(axis(axis));
      } else if (child == context.ARROW()) {
        pattern.add(token(context.ARROW()));
      } else if (child instanceof TerminalNode comma && comma.getSymbol().getType() == NibbleLexer.COMMA) {
        if (commas++ > 0) {
          rest.add(token(comma));
          rest.add(child == context.children.get(context.children.size() - 2) ? Doc.EMPTY : Doc.LINE);
        }
      } else if (child instanceof NibbleParser.ArgumentContext argument) {
        rest.add(of(argument));
      }
    }
    Token close = context.CLOSE_PARENTHESIS().getSymbol();
    return Doc.group(
        token(context.REARRANGE()), token(context.OPEN_PARENTHESIS()),
        Doc.nest(
            Doc.CUT, of(context.expression()), token(context.COMMA(0)), Doc.LINE, Doc.join(Doc.SPACE, pattern),
            Doc.of(rest), tokens().leading(close, true)),
        Doc.CUT, tokens().bare(close));
  }

  private Doc axis(NibbleParser.AxisContext axis) {
    if (!(axis instanceof NibbleParser.JoinedAxisContext joined)) {
      return tight(axis);
    }
    return Doc.of(
        token(joined.OPEN_PARENTHESIS()),
        Doc.join(Doc.SPACE, joined.axis().stream().map(this::axis).toList()),
        token(joined.CLOSE_PARENTHESIS()));
  }
}
