package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** An expression. Sizes, as in types and ranges, are expressions as well. */
public sealed interface Expression {
  Span span();

  /** A variable, a size, a weight, a constant or a block instance. */
  record Name(Identifier identifier) implements Expression {
    @Override
    public Span span() {
      return identifier.span();
    }

    public String name() {
      return identifier.name();
    }
  }

  /** A literal; {@code integer} where it has neither point nor exponent. */
  record Number(Span span, double value, boolean integer) implements Expression {}

  /** {@code true} or {@code false}. */
  record Truth(Span span, boolean value) implements Expression {}

  /** A string, with its escapes replaced. */
  record Text(Span span, String value) implements Expression {}

  /** {@code [1, 2, 3]}. */
  record Array(Span span, ImmutableList<Expression> items) implements Expression {}

  /** {@code (a, b)}, of two and more. */
  record Tuple(Span span, ImmutableList<Expression> items) implements Expression {}

  /** {@code -x}. */
  record Negative(Span span, Expression operand) implements Expression {}

  /** {@code not x}. */
  record Not(Span span, Expression operand) implements Expression {}

  /** {@code a + b}; {@code symbol} is where the operator stands. */
  record Binary(Span span, BinaryOperator operator, Span symbol, Expression left, Expression right)
      implements Expression {}

  /** {@code if condition then yes else no}. */
  record Conditional(Span span, Expression condition, Expression yes, Expression no) implements Expression {}

  /** {@code x as f16}. */
  record Cast(Span span, Expression operand, Identifier format) implements Expression {}

  /** {@code f(x, axis = 1)}. */
  record Call(Span span, Expression callee, ImmutableList<Argument> arguments) implements Expression {}

  /** {@code x[:, 0]}. */
  record Index(Span span, Expression base, ImmutableList<Subscript> subscripts) implements Expression {}

  /** {@code x.T}, {@code attn.q}. */
  record Selection(Span span, Expression base, Identifier name) implements Expression {}

  /** {@code rearrange(x, b s (h e) -> b h s e, h = H)}. */
  record Rearrange(
      Span span, Expression operand, ImmutableList<Axis> from, ImmutableList<Axis> to, ImmutableList<Argument> sizes)
      implements Expression {}

  /** Text that was refused; an error has been reported. */
  record Broken(Span span) implements Expression {}

  /** An argument of a call; with a name where it is written {@code axis = 1}. */
  record Argument(Optional<Identifier> name, Expression value) {
    public Span span() {
      return name.map(Identifier::span).orElseGet(value::span);
    }
  }

  /** One position between the brackets of {@code x[...]}. */
  sealed interface Subscript {
    Span span();

    /** {@code new}: an axis of extent 1. */
    record NewAxis(Span span) implements Subscript {}

    /** {@code ..}: all axes that the other subscripts leave. */
    record OtherAxes(Span span) implements Subscript {}

    /** {@code 0}, or a tensor of indices. */
    record At(Expression index) implements Subscript {
      @Override
      public Span span() {
        return index.span();
      }
    }

    /** {@code from:to:step}, each possibly missing. */
    record Slice(Span span, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
        implements Subscript {}
  }

  /** An axis in the pattern of a {@code rearrange}. */
  sealed interface Axis {
    Span span();

    /** {@code h}. */
    record Named(Identifier identifier) implements Axis {
      @Override
      public Span span() {
        return identifier.span();
      }

      public String name() {
        return identifier.name();
      }
    }

    /** {@code 1}. */
    record Unit(Span span, long extent) implements Axis {}

    /** {@code ..}. */
    record Others(Span span) implements Axis {}

    /** {@code (h e)}. */
    record Joined(Span span, ImmutableList<Axis> parts) implements Axis {}
  }
}
