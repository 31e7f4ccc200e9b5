package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;

/** A statement of a function's body. */
public sealed interface Statement {
  Span span();

  /** {@code let x = e}, {@code let (a, b) = e}, {@code var x: f32[N] = e}. */
  record Bind(
      Span span,
      boolean assignable,
      ImmutableList<Identifier> targets,
      Optional<TypeExpression> type,
      Expression value) implements Statement {}

  /** {@code x = e}; {@code x += e} with its operator. */
  record Assign(
      Span span, ImmutableList<Identifier> targets, Optional<BinaryOperator> operator, Expression value)
      implements Statement {}

  /** {@code for i in a..b { ... }}. */
  record For(Span span, Identifier counter, Expression from, Expression to, ImmutableList<Statement> body)
      implements Statement {}

  /** {@code return a, b}. */
  record Return(Span span, ImmutableList<Expression> values) implements Statement {}

  /** An expression alone, which has no effect. */
  record Bare(Span span, Expression value) implements Statement {}

  /** Text with a syntax error; {@code names} are all that stand in it. */
  record Broken(Span span, ImmutableSet<String> names) implements Statement {}
}
