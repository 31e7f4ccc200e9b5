package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.BinaryOperator;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.dsl.syntax.Statement;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;

/** Runs statements in order. */
final class Statements {
  private Statements() {}

  /**
   * What a function returned.
   *
   * @param values in order
   * @param spans where each stands
   * @param span of the statement
   */
  record Returned(ImmutableList<Operand> values, ImmutableList<Span> spans, Span span) {}

  /** Runs a function's body; nothing where it has no return. */
  static Optional<Returned> run(List<Statement> statements, Frame frame) {
    Optional<Statement> broken = statements.stream().filter(Statement.Broken.class::isInstance).findFirst();
    for (int i = 0; i < statements.size(); i++) {
      if (statements.get(i) instanceof Statement.Return returned) {
        if (i + 1 < statements.size() && !(statements.get(i + 1) instanceof Statement.Broken)) {
          frame.report(statements.get(i + 1).span().error("nothing can follow the return at "
              + returned.span().position()));
        }
        return Optional.of(new Returned(
            guarded(returned, frame),
            returned.values().stream().map(Expression::span).collect(ImmutableList.toImmutableList()),
            returned.span()));
      }
      run(statements.get(i), frame);
    }
    // The return may have been lost to a syntax error.
    return broken.map(statement ->
        new Returned(ImmutableList.of(Operand.FAILED), ImmutableList.of(), statement.span()));
  }

  private static ImmutableList<Operand> guarded(Statement.Return returned, Frame frame) {
    frame.session().step(returned.span());
    try {
      return returned.values().stream()
          .map(value -> Expressions.evaluate(value, frame)).collect(ImmutableList.toImmutableList());
    } catch (ArithmeticException e) {
      return ImmutableList.of(tooLarge(returned.span(), frame));
    }
  }

  private static Operand tooLarge(Span at, Frame frame) {
    return frame.fail(at.error("sizes become too large to compute with here"));
  }

  /** Runs the statements of a loop's body. */
  static void runAll(List<Statement> statements, Frame frame) {
    statements.forEach(statement -> run(statement, frame));
  }

  private static void run(Statement statement, Frame frame) {
    frame.session().step(statement.span());
    try {
      switch (statement) {
        case Statement.Bind bind -> bind(bind, frame);
        case Statement.Assign assign -> assign(assign, frame);
        case Statement.For loop -> Loops.run(loop, frame);
        case Statement.Bare bare -> bare(bare, frame);
        case Statement.Broken broken -> forget(broken, frame);
        case Statement.Return returned -> frame.report(returned.span()
            .error("a loop can't return")
            .hint("assign the result to a var that is declared before the loop, and return that behind it"));
      }
    } catch (ArithmeticException e) {
      tooLarge(statement.span(), frame);
    }
  }

  /** A variable may have been assigned in text that could not be read. */
  private static void forget(Statement.Broken broken, Frame frame) {
    broken.names().stream()
        .flatMap(name -> frame.locals().find(name).stream())
        .filter(variable -> variable.kind() == Locals.Kind.VAR)
        .forEach(variable -> variable.assign(Operand.FAILED));
  }

  private static void bare(Statement.Bare bare, Frame frame) {
    Expressions.evaluate(bare.value(), frame);
    frame.report(bare.span()
        .error("nothing is done with this value")
        .hint("bind it with let, assign it, or return it; an operator may be missing before it"));
  }

  private static void bind(Statement.Bind bind, Frame frame) {
    Operand value = Expressions.evaluate(bind.value(), frame);
    Optional<TensorType> type = bind.type().flatMap(declared -> Types.resolve(declared, frame));
    Locals.Kind kind = bind.assignable() ? Locals.Kind.VAR : Locals.Kind.LET;
    List<Operand> values = unpack(bind.targets(), value, bind.value().span(), frame);
    for (int i = 0; i < bind.targets().size(); i++) {
      Identifier target = bind.targets().get(i);
      Operand item = values.get(i);
      if (bind.type().isPresent()) {
        item = type.isEmpty() ? Operand.FAILED : declared(type.get(), item, bind.value().span(), target, frame);
      } else if (item instanceof Operand.Tuple tuple) {
        item = frame.fail(Values.several(tuple, bind.value().span()));
      }
      define(target, kind, type, item, frame);
    }
  }

  private static Operand declared(TensorType type, Operand value, Span at, Identifier target, Frame frame) {
    return Values.as(type, value, at, frame,
        at.error("'" + target + "' is declared " + Text.of(type) + ", the value is " + Text.of(value)));
  }

  /** One value for each target. */
  private static List<Operand> unpack(List<Identifier> targets, Operand value, Span at, Frame frame) {
    if (targets.size() == 1) {
      return List.of(value);
    }
    if (value instanceof Operand.Tuple tuple && tuple.items().size() == targets.size()) {
      return tuple.items();
    }
    if (!(value instanceof Operand.Failed)) {
      int count = value instanceof Operand.Tuple tuple ? tuple.items().size() : 1;
      frame.report(at.error("here " + (count == 1 ? "is 1 value" : "are " + count + " values") + " for "
          + targets.size() + " names"));
    }
    return Collections.nCopies(targets.size(), Operand.FAILED);
  }

  /** Declares a variable, unless its name is taken in the function or in its block. */
  static void define(
      Identifier name, Locals.Kind kind, Optional<TensorType> type, Operand value, Frame frame) {
    Optional<Identifier> taken = frame.locals().find(name.name()).map(Locals.Variable::name)
        .or(() -> frame.self().flatMap(self -> memberNamed(self, name)));
    if (taken.isPresent()) {
      Diagnostic diagnostic = name.span()
          .error("'" + name + "' is declared already")
          .note("it was declared at " + taken.get().span().positionFrom(name.span()));
      boolean isVariable = frame.locals().find(name.name()).filter(v -> v.kind() == Locals.Kind.VAR).isPresent();
      frame.report(isVariable ? diagnostic.hint("to change it, assign it: " + name + " = ...") : diagnostic);
    }
    if (kind == Locals.Kind.LET || kind == Locals.Kind.VAR) {
      frame.session().usage().declare(name, "variable");
    }
    frame.locals().define(name, kind, type, value);
  }

  private static Optional<Identifier> memberNamed(Instance self, Identifier name) {
    return Optional.ofNullable(self.type().members().get(name.name()))
        .filter(member -> !(member instanceof Declaration.Function))
        .map(Declaration::identifier)
        .or(() -> self.type().declaration().parameters().stream()
            .filter(parameter -> parameter.name().equals(name.name())).findFirst());
  }

  private static void assign(Statement.Assign assign, Frame frame) {
    Operand value = assign.operator().isPresent()
        ? updated(assign, assign.operator().get(), frame)
        : Expressions.evaluate(assign.value(), frame);
    List<Operand> values = unpack(assign.targets(), value, assign.value().span(), frame);
    for (int i = 0; i < assign.targets().size(); i++) {
      assign(assign.targets().get(i), values.get(i), assign.value().span(), frame);
    }
  }

  /** {@code x += e} is {@code x = x + e}. */
  private static Operand updated(Statement.Assign assign, BinaryOperator operator, Frame frame) {
    if (assign.targets().size() != 1) {
      return frame.fail(assign.span().error("several variables can't be updated at once"));
    }
    Expression target = new Expression.Name(assign.targets().getFirst());
    return Expressions.evaluate(
        new Expression.Binary(assign.span(), operator, assign.span(), target, assign.value()), frame);
  }

  private static void assign(Identifier target, Operand value, Span at, Frame frame) {
    Optional<Locals.Variable> variable = frame.locals().find(target.name());
    if (variable.isEmpty()) {
      if (frame.find(target).isPresent()) {
        frame.report(target.span().error("'" + target + "' can't be assigned, it is no variable"));
      } else {
        frame.reportUnknown(target, "there is no variable '" + target + "' here", frame.locals().names());
      }
      return;
    }
    if (variable.get().kind() != Locals.Kind.VAR) {
      frame.report(target.span()
          .error("'" + target + "' can't be assigned, it is " + variable.get().kind().words())
          .note("it is declared at " + variable.get().name().span().positionFrom(target.span()))
          .hint("declare a variable that changes with var"));
      return;
    }
    Operand checked = variable.get().type().isPresent()
        ? declared(variable.get().type().get(), value, at, target, frame)
        : value;
    variable.get().assign(
        checked instanceof Operand.Tuple tuple ? frame.fail(Values.several(tuple, at)) : checked);
  }
}
