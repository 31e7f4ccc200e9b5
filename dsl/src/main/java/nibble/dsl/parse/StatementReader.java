package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.dsl.syntax.Statement;
import nibble.dsl.syntax.TypeExpression;
import org.antlr.v4.runtime.ParserRuleContext;

/** Reads statements and types. */
final class StatementReader {
  private final Spans spans;
  private final ExpressionReader expressions;
  private final ImmutableSet.Builder<String> excused;

  /** {@code excused} takes the names in statements with syntax errors. */
  StatementReader(Spans spans, Reporter reporter, ImmutableSet.Builder<String> excused) {
    this.spans = spans;
    this.excused = excused;
    this.expressions = new ExpressionReader(spans, reporter);
  }

  ExpressionReader expressions() {
    return expressions;
  }

  /** The statements of a body, in whose rule there may be a syntax error between them. */
  ImmutableList<Statement> body(ParserRuleContext owner, List<NibbleParser.StatementContext> contexts) {
    ImmutableList.Builder<Statement> statements = ImmutableList.builder();
    contexts.forEach(context -> statements.add(statement(context)));
    if (SyntaxDamage.behindBrace(owner)) {
      statements.add(broken(owner, SyntaxDamage.ownNames(owner)));
    }
    return statements.build();
  }

  private Statement broken(ParserRuleContext context, ImmutableSet<String> names) {
    excused.addAll(names);
    return new Statement.Broken(spans.of(context.getStart()), names);
  }

  private Statement statement(NibbleParser.StatementContext context) {
    boolean damaged = context instanceof NibbleParser.ForContext loop
        ? SyntaxDamage.beforeBrace(loop)
        : SyntaxDamage.in(context);
    if (damaged) {
      return broken(context, SyntaxDamage.names(context));
    }
    Span span = spans.of(context);
    return switch (context) {
      case NibbleParser.LetContext let -> new Statement.Bind(
          span, false, names(let.targets().name()), optional(let.type()), expressions.read(let.expression()));
      case NibbleParser.VarContext var -> new Statement.Bind(
          span, true, names(var.targets().name()), optional(var.type()), expressions.read(var.expression()));
      case NibbleParser.AssignContext assign -> new Statement.Assign(
          span, names(assign.name()), operator(assign.operator.getText()), expressions.read(assign.expression()));
      case NibbleParser.ForContext loop -> new Statement.For(
          spans.between(loop.getStart(), loop.range().getStop()),
          expressions.identifier(loop.name()),
          expressions.size(loop.range().sizeExpression(0)),
          expressions.size(loop.range().sizeExpression(1)),
          body(loop, loop.statement()));
      case NibbleParser.ReturnContext result -> new Statement.Return(span, results(result));
      case NibbleParser.BareContext bare -> new Statement.Bare(span, expressions.read(bare.expression()));
      default -> throw new IllegalStateException("no statement is " + context.getClass());
    };
  }

  /** {@code return (a, b)} is {@code return a, b}. */
  private ImmutableList<Expression> results(NibbleParser.ReturnContext context) {
    ImmutableList<Expression> values =
        context.expression().stream().map(expressions::read).collect(ImmutableList.toImmutableList());
    return values.size() == 1 && values.getFirst() instanceof Expression.Tuple tuple ? tuple.items() : values;
  }

  private static Optional<BinaryOperator> operator(String symbol) {
    return symbol.equals("=")
        ? Optional.empty()
        : Optional.of(BinaryOperator.of(symbol.substring(0, symbol.length() - 1)));
  }

  ImmutableList<Identifier> names(List<NibbleParser.NameContext> contexts) {
    return contexts.stream().map(expressions::identifier).collect(ImmutableList.toImmutableList());
  }

  private Optional<TypeExpression> optional(NibbleParser.TypeContext context) {
    return Optional.ofNullable(context).map(this::type);
  }

  TypeExpression type(NibbleParser.TypeContext context) {
    Optional<TypeExpression.Leading> leading = Optional.empty();
    ImmutableList.Builder<Expression> extents = ImmutableList.builder();
    for (NibbleParser.ExtentContext extent : context.extent()) {
      if (extent.sizeExpression() != null) {
        extents.add(expressions.size(extent.sizeExpression()));
      } else if (extent == context.extent(0)) {
        String name = extent.name() == null ? "" : extent.name().getText();
        leading = Optional.of(new TypeExpression.Leading(spans.of(extent), name));
      } else {
        extents.add(expressions.misplaced(spans.of(extent)));
      }
    }
    ImmutableList<Expression.Call> precision = context.precision().stream()
        .map(this::precision).collect(ImmutableList.toImmutableList());
    return new TypeExpression(
        spans.of(context), expressions.identifier(context.name()), leading, extents.build(), precision);
  }

  private Expression.Call precision(NibbleParser.PrecisionContext context) {
    ImmutableList<Expression.Argument> arguments = context.expression().stream()
        .map(argument -> new Expression.Argument(Optional.empty(), expressions.read(argument)))
        .collect(ImmutableList.toImmutableList());
    return new Expression.Call(
        spans.of(context), new Expression.Name(expressions.identifier(context.name())), arguments);
  }
}
