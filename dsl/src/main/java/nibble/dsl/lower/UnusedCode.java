package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.shape.Dim;

/**
 * Checks functions that no model calls, such as those of a library: with symbols for all sizes that a call would
 * give. What depends on more than that, such as {@code D / H}, is left for the call to judge.
 */
final class UnusedCode {
  private UnusedCode() {}

  static void check(FileScope file) {
    for (Declaration declaration : file.declarations()) {
      if (declaration instanceof Declaration.Function function) {
        check(new FunctionRef(function, file, Optional.empty()));
      } else if (declaration instanceof Declaration.Component component) {
        file.component(component.name())
            .filter(type -> type.declaration() == component)
            .ifPresent(UnusedCode::check);
      }
    }
  }

  private static void check(ComponentType type) {
    Instance self = new Instance(type, Optional.empty(), Optional.empty(), "", "", true);
    for (Identifier parameter : type.declaration().parameters()) {
      self.bind(parameter.name(), new Operand.Size(Dim.symbol(parameter.name())));
    }
    if (!type.declaration().isModel()) {
      self.evaluateAll();
    }
    for (Declaration member : type.members().values()) {
      switch (member) {
        case Declaration.Weight weight -> Types.resolve(weight.type(), self);
        case Declaration.Function function -> check(new FunctionRef(function, type.home(), Optional.of(self)));
        default -> { }
      }
    }
  }

  private static void check(FunctionRef function) {
    if (function.declaration().isPrivate() && function.self().isEmpty()) {
      function.home().report(function.declaration().identifier().span()
          .error("only a function of a model can be private; this one is no entry point anyway"));
    }
    if (function.home().session().wasLowered(function.declaration())) {
      return;
    }
    Locals locals = new Locals();
    ImmutableMap.Builder<String, ImmutableList<Dim>> leading = ImmutableMap.builder();
    for (Identifier size : Signature.openSizes(function)) {
      locals.define(size, Locals.Kind.SIZE, Optional.empty(), new Operand.Size(Dim.symbol(size.name())));
    }
    function.declaration().parameters().stream()
        .flatMap(parameter -> parameter.type().leading().stream())
        .map(TypeExpression.Leading::name).distinct()
        .forEach(name -> leading.put(name, ImmutableList.of(Dim.symbol(".." + name))));
    Code code = Code.start();
    Frame frame = new Frame(
        function.home(), function.self(), "", locals, leading.buildOrThrow(), code, Optional.empty(), true);
    for (Declaration.Parameter parameter : function.declaration().parameters()) {
      Optional<TensorType> type = Types.resolve(parameter.type(), frame);
      Operand value = type.map(known -> Operand.of(code.root().argument(parameter.name(), known)))
          .orElse(Operand.FAILED);
      Statements.define(parameter.identifier(), Locals.Kind.PARAMETER, Optional.empty(), value, frame);
    }
    Bodies.run(function, frame);
  }
}
