package nibble.dsl.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Statement;
import nibble.ir.Block;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.op.For;
import nibble.ir.shape.Dim;

/** Loops: those with constant bounds are expanded; those with symbolic bounds become an operation with a region. */
final class Loops {
  private Loops() {}

  static void run(Statement.For loop, Frame frame) {
    Optional<Dim> from = Sizes.evaluate(loop.from(), frame);
    Optional<Dim> to = Sizes.evaluate(loop.to(), frame);
    if (from.isEmpty() || to.isEmpty()) {
      unknown(loop, frame);
    } else if (from.get().isConstant() && to.get().isConstant()) {
      expand(loop, from.get().constant(), to.get().constant(), frame);
    } else if (frame.isGeneric()) {
      unknown(loop, frame);
    } else {
      region(loop, from.get(), to.get(), frame);
    }
  }

  private static void expand(Statement.For loop, long from, long to, Frame frame) {
    for (long i = from; i < to; i++) {
      frame.session().step(loop.span());
      Frame body = frame.withLocals(frame.locals().inner());
      Statements.define(
          loop.counter(), Locals.Kind.COUNTER, Optional.empty(), new Operand.Size(Dim.of(i)), body);
      Statements.runAll(loop.body(), body);
    }
  }

  /** Checks a body once where the bounds are not known, and forgets what it assigns. */
  private static void unknown(Statement.For loop, Frame frame) {
    Frame body = frame.withLocals(frame.locals().inner());
    Statements.define(loop.counter(), Locals.Kind.COUNTER, Optional.empty(), Operand.FAILED, body);
    Statements.runAll(loop.body(), body);
    assigned(loop.body(), frame).forEach(variable -> variable.assign(Operand.FAILED));
  }

  /** The variables from around the loop that its body assigns. */
  private static List<Locals.Variable> assigned(List<Statement> body, Frame frame) {
    Set<String> names = new LinkedHashSet<>();
    collect(body, names);
    return names.stream()
        .flatMap(name -> frame.locals().find(name).stream())
        .filter(variable -> variable.kind() == Locals.Kind.VAR)
        .toList();
  }

  private static void collect(List<Statement> statements, Set<String> names) {
    for (Statement statement : statements) {
      switch (statement) {
        case Statement.Assign assign -> assign.targets().forEach(target -> names.add(target.name()));
        case Statement.For loop -> collect(loop.body(), names);
        case Statement.Bind bind -> { }
        case Statement.Return returned -> { }
        case Statement.Bare bare -> { }
        case Statement.Broken broken -> names.addAll(broken.names());
      }
    }
  }

  private static void region(Statement.For loop, Dim from, Dim to, Frame frame) {
    List<Locals.Variable> carried = new ArrayList<>();
    List<Value> before = new ArrayList<>();
    for (Locals.Variable variable : assigned(loop.body(), frame)) {
      if (Values.tensor(variable.value(), variable.name().span(), frame) instanceof Operand.Tensor tensor) {
        carried.add(variable);
        before.add(tensor.value());
      }
    }
    List<Operand> after = new ArrayList<>();
    Block body = frame.code().current().nested(builder -> {
      Value counter = builder.argument(loop.counter().name(), For.COUNTER);
      for (int i = 0; i < carried.size(); i++) {
        Value argument = builder.argument(carried.get(i).name().name(), before.get(i).type());
        carried.get(i).assign(Operand.of(argument));
      }
      Frame inner = frame.withLocals(frame.locals().inner()).withCode(frame.code().in(builder));
      Statements.define(loop.counter(), Locals.Kind.COUNTER, Optional.empty(), Operand.of(counter), inner);
      Statements.runAll(loop.body(), inner);
      carried.forEach(variable ->
          after.add(Values.tensor(variable.value(), variable.name().span(), inner)));
      return after.stream()
          .filter(Operand.Tensor.class::isInstance)
          .map(Values::of)
          .toList();
    });
    if (!keepTypes(loop, carried, before, after, frame)) {
      carried.forEach(variable -> variable.assign(Operand.FAILED));
      return;
    }
    if (carried.isEmpty()) {
      return;
    }
    List<Value> results = frame.emit(loop.span(), new For(from, to), before, body);
    for (int i = 0; i < carried.size(); i++) {
      carried.get(i).assign(Operand.of(results.get(i)));
    }
  }

  /** Whether the body worked and each variable has the same type after it as before. */
  private static boolean keepTypes(
      Statement.For loop, List<Locals.Variable> carried, List<Value> before, List<Operand> after, Frame frame) {
    boolean same = true;
    for (int i = 0; i < carried.size(); i++) {
      if (!(after.get(i) instanceof Operand.Tensor tensor)) {
        same = false;
        continue;
      }
      Value value = tensor.value();
      if (!value.type().equals(before.get(i).type())) {
        Identifier name = carried.get(i).name();
        Diagnostic diagnostic = loop.span()
            .error("'" + name + "' changes its type in this loop")
            .note("before the loop it is " + Text.of(before.get(i).tensorType()) + ", after its body "
                + Text.of(value.tensorType()));
        frame.report(diagnostic.hint("give it the type that it shall have where it is declared, at "
            + name.span().positionFrom(loop.span())));
        same = false;
      }
    }
    return same;
  }
}
