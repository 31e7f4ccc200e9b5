package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.grammar.NibbleParser.ExpressionContext;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Axis;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/** Reads expressions. A chain such as {@code a + b + c} leans to the left and is walked by a loop, not by recursion. */
final class ExpressionReader {
  /** Levels of the tree of one expression. */
  static final int MAX_DEPTH = 500;

  private final Spans spans;
  private final Reporter reporter;
  private final Literals literals;
  private int depth;

  ExpressionReader(Spans spans, Reporter reporter) {
    this.spans = spans;
    this.reporter = reporter;
    this.literals = new Literals(spans, reporter);
  }

  Expression read(ExpressionContext context) {
    Deque<ExpressionContext> chain = new ArrayDeque<>();
    ExpressionContext innermost = context;
    for (Optional<ExpressionContext> left = left(innermost); left.isPresent(); left = left(innermost)) {
      chain.push(innermost);
      innermost = left.get();
    }
    int levels = chain.size() + 1;
    ExpressionContext start = innermost;
    return nested(levels, context, () -> {
      Expression expression = head(start);
      while (!chain.isEmpty()) {
        expression = extend(expression, chain.pop());
      }
      return expression;
    });
  }

  private Expression nested(int levels, ParserRuleContext context, Supplier<Expression> reading) {
    if (depth + levels > MAX_DEPTH) {
      Span span = spans.of(context);
      reporter.report(span.error("this expression is too long or nested too deeply")
          .hint("give parts of it a name with let"));
      return new Expression.Broken(span);
    }
    depth += levels;
    try {
      return reading.get();
    } finally {
      depth -= levels;
    }
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

  private Expression head(ExpressionContext context) {
    Span span = spans.of(context);
    return switch (context) {
      case NibbleParser.ParenthesisedContext group -> group.expression().size() == 1
          ? read(group.expression(0))
          : new Expression.Tuple(span, list(group.expression()));
      case NibbleParser.ArrayContext array -> new Expression.Array(span, list(array.expression()));
      case NibbleParser.RearrangeContext rearrange -> rearrange(rearrange, span);
      case NibbleParser.IntegerContext number -> literals.integer(number.INTEGER().getSymbol());
      case NibbleParser.RealContext number -> literals.real(number.REAL().getSymbol());
      case NibbleParser.TextContext text -> new Expression.Text(span, literals.text(text.STRING().getSymbol()));
      case NibbleParser.TruthContext truth -> new Expression.Truth(span, truth.TRUE() != null);
      case NibbleParser.NamedContext name -> new Expression.Name(identifier(name.name()));
      case NibbleParser.NegativeContext negative -> new Expression.Negative(span, read(negative.expression()));
      case NibbleParser.NotContext not -> new Expression.Not(span, read(not.expression()));
      case NibbleParser.ConditionalContext conditional -> new Expression.Conditional(
          span, read(conditional.expression(0)), read(conditional.expression(1)), read(conditional.expression(2)));
      default -> throw new IllegalStateException("no expression begins with " + context.getClass());
    };
  }

  private Expression extend(Expression left, ExpressionContext context) {
    Span span = spans.of(context);
    return switch (context) {
      case NibbleParser.CallContext call -> new Expression.Call(span, left, arguments(call.argument()));
      case NibbleParser.IndexContext index -> new Expression.Index(
          span, left, index.subscript().stream().map(this::subscript).collect(ImmutableList.toImmutableList()));
      case NibbleParser.SelectionContext selection ->
          new Expression.Selection(span, left, identifier(selection.name()));
      case NibbleParser.CastContext cast -> new Expression.Cast(span, left, identifier(cast.name()));
      case NibbleParser.BinaryContext binary -> new Expression.Binary(
          span, BinaryOperator.of(binary.operator.getText()), spans.of(binary.operator), left,
          read(binary.expression(1)));
      default -> throw new IllegalStateException("nothing is extended by " + context.getClass());
    };
  }

  private ImmutableList<Expression> list(List<ExpressionContext> contexts) {
    return contexts.stream().map(this::read).collect(ImmutableList.toImmutableList());
  }

  private ImmutableList<Expression.Argument> arguments(List<NibbleParser.ArgumentContext> contexts) {
    return contexts.stream()
        .map(argument -> new Expression.Argument(
            Optional.ofNullable(argument.name()).map(this::identifier), read(argument.expression())))
        .collect(ImmutableList.toImmutableList());
  }

  private Subscript subscript(NibbleParser.SubscriptContext context) {
    Span span = spans.of(context);
    return switch (context) {
      case NibbleParser.NewAxisContext axis -> new Subscript.NewAxis(span);
      case NibbleParser.OtherAxesContext axes -> new Subscript.OtherAxes(span);
      case NibbleParser.SliceFromStartContext slice ->
          new Subscript.Slice(span, Optional.empty(), optional(slice.to), optional(slice.step));
      case NibbleParser.IndexOrSliceContext index -> index.COLON().isEmpty()
          ? new Subscript.At(read(index.from))
          : new Subscript.Slice(span, optional(index.from), optional(index.to), optional(index.step));
      default -> throw new IllegalStateException("no subscript is " + context.getClass());
    };
  }

  private Optional<Expression> optional(ExpressionContext context) {
    return Optional.ofNullable(context).map(this::read);
  }

  private Expression rearrange(NibbleParser.RearrangeContext context, Span span) {
    Token arrow = context.ARROW().getSymbol();
    ImmutableList.Builder<Axis> from = ImmutableList.builder();
    ImmutableList.Builder<Axis> to = ImmutableList.builder();
    for (NibbleParser.AxisContext axis : context.axis()) {
      (axis.getStart().getTokenIndex() < arrow.getTokenIndex() ? from : to).add(axis(axis));
    }
    return new Expression.Rearrange(
        span, read(context.expression()), from.build(), to.build(), arguments(context.argument()));
  }

  private Axis axis(NibbleParser.AxisContext context) {
    return switch (context) {
      case NibbleParser.NamedAxisContext named -> new Axis.Named(identifier(named.name()));
      case NibbleParser.UnitAxisContext unit -> literals.integer(unit.INTEGER().getSymbol())
          instanceof Expression.Number number
              ? new Axis.Unit(number.span(), (long) number.value())
              : new Axis.Unit(spans.of(context), 1);
      case NibbleParser.EllipsisAxisContext others -> new Axis.Others(spans.of(context));
      case NibbleParser.JoinedAxisContext joined -> new Axis.Joined(
          spans.of(context), joined.axis().stream().map(this::axis).collect(ImmutableList.toImmutableList()));
      default -> throw new IllegalStateException("no axis is " + context.getClass());
    };
  }

  /** A size, which is written with a small part of the syntax of expressions. */
  Expression size(NibbleParser.SizeExpressionContext context) {
    Deque<NibbleParser.SizeBinaryContext> chain = new ArrayDeque<>();
    NibbleParser.SizeExpressionContext innermost = context;
    while (innermost instanceof NibbleParser.SizeBinaryContext binary) {
      chain.push(binary);
      innermost = binary.sizeExpression(0);
    }
    int levels = chain.size() + 1;
    NibbleParser.SizeExpressionContext start = innermost;
    return nested(levels, context, () -> {
      Expression size = sizeHead(start);
      while (!chain.isEmpty()) {
        NibbleParser.SizeBinaryContext binary = chain.pop();
        size = new Expression.Binary(
            spans.of(binary), BinaryOperator.of(binary.operator.getText()), spans.of(binary.operator), size,
            size(binary.sizeExpression(1)));
      }
      return size;
    });
  }

  private Expression sizeHead(NibbleParser.SizeExpressionContext context) {
    Span span = spans.of(context);
    return switch (context) {
      case NibbleParser.SizeParenthesisedContext group -> size(group.sizeExpression());
      case NibbleParser.SizeIntegerContext number -> literals.integer(number.INTEGER().getSymbol());
      case NibbleParser.SizeNameContext name -> new Expression.Name(identifier(name.name()));
      case NibbleParser.SizeNegativeContext negative -> new Expression.Negative(span, size(negative.sizeExpression()));
      case NibbleParser.SizeCallContext call -> new Expression.Call(
          span, new Expression.Name(identifier(call.name())),
          ImmutableList.of(new Expression.Argument(Optional.empty(), size(call.sizeExpression()))));
      default -> throw new IllegalStateException("no size begins with " + context.getClass());
    };
  }

  /** A {@code ..} that stands where a size is expected. */
  Expression misplaced(Span span) {
    reporter.report(span.error(".. stands for leading axes, so nothing may stand before it"));
    return new Expression.Broken(span);
  }

  Identifier identifier(ParserRuleContext name) {
    return new Identifier(name.getText(), spans.of(name));
  }
}
