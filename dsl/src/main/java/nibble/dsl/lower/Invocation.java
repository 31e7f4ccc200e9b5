package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** Inlines a call of a function that is written in the language. */
final class Invocation {
  private final FunctionRef function;
  private final CallSite site;
  private final Signature signature;

  private Invocation(FunctionRef function, CallSite site) {
    this.function = function;
    this.site = site;
    this.signature = new Signature(function);
  }

  /** The result of the call, a tuple where the function has several. */
  static Operand run(FunctionRef function, CallSite site) {
    return new Invocation(function, site).run();
  }

  private Operand run() {
    List<String> names = Signature.names(function.declaration());
    Optional<ImmutableMap<String, Expression>> bound = site.bind(names, names.size());
    if (bound.isEmpty()) {
      site.positional().forEach(argument -> Expressions.evaluate(argument, site.frame()));
      return Operand.FAILED;
    }
    List<Expression> expressions = bound.get().values().asList();
    List<Operand> arguments = new ArrayList<>();
    expressions.forEach(expression -> arguments.add(Expressions.evaluate(expression, site.frame())));
    if (arguments.contains(Operand.FAILED)) {
      return Operand.FAILED;
    }
    if (Caller.contains(site.frame().caller(), function)) {
      return recursion();
    }
    for (int i = 0; i < arguments.size(); i++) {
      Declaration.Parameter parameter = function.declaration().parameters().get(i);
      shape(arguments.get(i)).ifPresent(shape -> signature.infer(parameter, shape));
    }
    Frame callee = callee();
    return missingSizes() || !define(callee, arguments, expressions)
        ? Operand.FAILED
        : Bodies.run(function, callee);
  }

  private Operand recursion() {
    List<String> path = new ArrayList<>(site.frame().caller().orElseThrow().names());
    path.add(function.name());
    return site.frame().fail(site.span()
        .error("the function '" + function.name() + "' calls itself")
        .note(String.join(" calls ", path.subList(path.indexOf(function.name()), path.size())))
        .hint("functions are expanded where they are called, so none can need itself; a loop repeats"));
  }

  /** The shape of an argument that has one before it is known what it shall be. */
  private static Optional<Shape> shape(Operand operand) {
    return switch (operand) {
      case Operand.Tensor tensor -> Optional.of(tensor.type().shape());
      case Operand.Literal literal when literal.shape().rank() > 0 -> Optional.of(literal.shape());
      case Operand.Literal literal -> Optional.empty();
      case Operand.Size size -> Optional.empty();
      case Operand.Truth truth -> Optional.empty();
      case Operand.Tuple tuple -> Optional.empty();
      case Operand.Failed failed -> Optional.empty();
    };
  }

  private Frame callee() {
    Frame frame = site.frame();
    String path = function.self().map(Instance::path).orElse(frame.path());
    Locals locals = new Locals();
    signature.define(locals);
    Caller caller = new Caller(function, signature.sizes(), site.span(), frame.caller());
    return new Frame(
        function.home(), function.self(), path, locals, signature.leading(), frame.code(), Optional.of(caller),
        frame.isGeneric());
  }

  private boolean missingSizes() {
    ImmutableList<Identifier> missing = signature.missing();
    if (missing.isEmpty()) {
      return false;
    }
    Identifier first = missing.getFirst();
    site.frame().report(site.span()
        .error("the size " + first + " of '" + function.title() + "' does not follow from the arguments")
        .note("it stands in the type of a parameter at " + first.span().positionFrom(site.span())));
    return true;
  }

  /** Defines the parameters; says whether all arguments fit. */
  private boolean define(Frame callee, List<Operand> arguments, List<Expression> expressions) {
    boolean fits = true;
    for (int i = 0; i < arguments.size(); i++) {
      Declaration.Parameter parameter = function.declaration().parameters().get(i);
      Operand value = argument(callee, parameter, arguments.get(i), expressions.get(i));
      callee.locals().define(parameter.identifier(), Locals.Kind.PARAMETER, Optional.empty(), value);
      fits &= !(value instanceof Operand.Failed);
    }
    return fits;
  }

  private Operand argument(Frame callee, Declaration.Parameter parameter, Operand argument, Expression expression) {
    boolean leadingKnown = parameter.type().leading()
        .map(axes -> callee.leadingAxes(axes.name()).isPresent())
        .orElse(true);
    if (!leadingKnown) {
      return isNumber(argument)
          ? site.frame().fail(expression.span()
              .error("the leading axes of '" + parameter.name() + "' do not follow from a number"))
          : site.frame().fail(mismatch(parameter, argument, expression, Optional.empty()));
    }
    Optional<TensorType> type = Types.resolve(parameter.type(), callee);
    return type.isEmpty()
        ? Operand.FAILED
        : Values.as(type.get(), argument, expression.span(), site.frame(),
            mismatch(parameter, argument, expression, type));
  }

  private static boolean isNumber(Operand operand) {
    return operand.constantNumber().isPresent();
  }

  private Diagnostic mismatch(
      Declaration.Parameter parameter, Operand argument, Expression expression, Optional<TensorType> expected) {
    Diagnostic diagnostic = expression.span().error("'" + function.title() + "' takes " + Text.of(parameter.type())
        + " for '" + parameter.name() + "', not " + Text.of(argument));
    if (argument instanceof Operand.Tensor tensor) {
      if (expected.filter(type -> type.shape().equals(tensor.type().shape())).isPresent()) {
        return diagnostic.hint(Bodies.conversion(tensor.type(), expected.get()));
      }
      for (String note : signature.explain(parameter, tensor.type().shape(), expected)) {
        diagnostic = diagnostic.note(note);
      }
      if (expected.filter(type -> type.format().equals(Formats.BOOL)).isPresent()) {
        diagnostic = diagnostic.hint("compare it: x != 0");
      }
    }
    return diagnostic;
  }
}
