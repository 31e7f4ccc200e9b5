package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** A declaration of a file, a model or a block. */
public sealed interface Declaration {
  Identifier identifier();

  default String name() {
    return identifier().name();
  }

  /** {@code model m { ... }} or {@code block B<N> { ... }}. A model has no parameters. */
  record Component(
      Identifier identifier,
      boolean isModel,
      ImmutableList<Identifier> parameters,
      String summary,
      ImmutableList<Declaration> members) implements Declaration {
    public String kind() {
      return isModel ? "model" : "block";
    }
  }

  /** {@code size D = 384}, or without a value {@code size S min 8 multiple of 8}. */
  record Size(Identifier identifier, Optional<Expression> value, long minimum, long divisor) implements Declaration {}

  /** {@code let epsilon = 1e-12} outside a function. */
  record Constant(Identifier identifier, Expression value) implements Declaration {}

  /** {@code weight w: f32[I, O] = "MatMul"}. */
  record Weight(Identifier identifier, TypeExpression type, Template key) implements Declaration {}

  /** {@code layer[i in 0..L]: Layer<D> at "layer.{i}"}. */
  record Instance(
      Identifier identifier,
      Optional<Range> range,
      Identifier component,
      ImmutableList<Expression> arguments,
      Optional<Template> prefix) implements Declaration {}

  /** The indices of an array of instances. */
  record Range(Identifier index, Expression from, Expression to) {}

  /** {@code fn f(x: f32[N]) -> f32[N] { ... }}. */
  record Function(
      Identifier identifier,
      boolean isPrivate,
      ImmutableList<Parameter> parameters,
      ImmutableList<TypeExpression> results,
      ImmutableList<Statement> body) implements Declaration {}

  /** A parameter of a function. */
  record Parameter(Identifier identifier, TypeExpression type) {
    public String name() {
      return identifier.name();
    }
  }

  /** {@code import "file.nib"}; the identifier is the path between the quotes. */
  record Import(Identifier identifier) implements Declaration {}

  /** {@code recipe r "summary" extends base { ... }}. */
  record Recipe(Identifier identifier, String summary, Optional<Identifier> base, ImmutableList<Clause> clauses)
      implements Declaration {}

  /** {@code quantize layer[*].ffn.* { weight = i8:channel }}; an identifier names a pattern by its text. */
  record Clause(Identifier pass, ImmutableList<Identifier> paths, ImmutableList<Option> options) {}

  /** {@code weight = i8:channel}, the value as text, and where it stands. */
  record Option(Identifier identifier, String value, Span span) {}
}
