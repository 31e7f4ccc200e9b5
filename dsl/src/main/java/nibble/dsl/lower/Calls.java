package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.ir.diagnostic.Diagnostic;

/**
 * Calls: of an instance, of a function of an instance, of a function of the file, of a function of the language, of
 * an op. {@code x.f(y)} with a value {@code x} is {@code f(x, y)}.
 */
final class Calls {
  private static final String FORWARD = "forward";

  private Calls() {}

  static Operand call(Expression.Call call, Frame frame) {
    return switch (Instances.resolve(call.callee(), frame)) {
      case Instances.Lookup.Found found -> callInstance(call, found.instance(), frame);
      case Instances.Lookup.Many many -> frame.fail(call.callee().span()
          .error("'" + many.member().name() + "' is an array of instances of " + many.member().component())
          .hint("call one of them: " + many.member().name() + "[i](...)"));
      case Instances.Lookup.Failed failed -> evaluateArguments(call, frame);
      case Instances.Lookup.Other other -> switch (call.callee()) {
        case Expression.Name name -> callName(call, name.identifier(), frame);
        case Expression.Selection selection -> callSelection(call, selection, frame);
        default -> Expressions.evaluate(call.callee(), frame) instanceof Operand.Failed
            ? evaluateArguments(call, frame)
            : frame.fail(call.callee().span().error("this can't be called"));
      };
    };
  }

  private static Operand callInstance(Expression.Call call, Instance instance, Frame frame) {
    Optional<Declaration.Function> forward = instance.type().function(FORWARD);
    Identifier callee = new Identifier(instance.type().name() + "." + FORWARD, call.callee().span());
    if (forward.isEmpty()) {
      if (!instance.file().excuses(FORWARD)) {
        frame.report(call.callee().span()
            .error("the block " + instance.type().name() + " has no fn forward, which calling an instance calls")
            .hint("call one of its functions by name, as in part.other(x)"));
      }
      return evaluateArguments(call, frame);
    }
    return CallSite.of(call, callee, List.of(), frame)
        .map(site -> Invocation.run(member(instance, forward.get()), site))
        .orElse(Operand.FAILED);
  }

  private static FunctionRef member(Instance instance, Declaration.Function function) {
    return new FunctionRef(function, instance.file(), Optional.of(instance));
  }

  private static Operand callName(Expression.Call call, Identifier name, Frame frame) {
    Optional<FunctionRef> sibling = frame.self()
        .flatMap(self -> self.type().function(name.name()).map(function -> member(self, function)));
    Optional<CallSite> site = CallSite.of(call, name, List.of(), frame);
    return sibling.isPresent()
        ? site.map(at -> Invocation.run(sibling.get(), at)).orElse(Operand.FAILED)
        : site.map(Calls::callFunction).orElse(Operand.FAILED);
  }

  private static Operand callSelection(Expression.Call call, Expression.Selection selection, Frame frame) {
    return switch (Instances.resolve(selection.base(), frame)) {
      case Instances.Lookup.Found found -> callMember(call, found.instance(), selection.name(), frame);
      case Instances.Lookup.Failed failed -> evaluateArguments(call, frame);
      case Instances.Lookup.Many many -> frame.fail(selection.base().span()
          .error("'" + many.member().name() + "' is an array of instances")
          .hint("take one of them: " + many.member().name() + "[0]"));
      case Instances.Lookup.Other other ->
          CallSite.of(call, selection.name(), ImmutableList.of(selection.base()), frame)
              .map(Calls::callFunction)
              .orElse(Operand.FAILED);
    };
  }

  private static Operand callMember(Expression.Call call, Instance instance, Identifier name, Frame frame) {
    Optional<Declaration.Function> function = instance.type().function(name.name());
    if (function.isEmpty()) {
      List<String> functions = instance.type().members().values().stream()
          .filter(Declaration.Function.class::isInstance).map(Declaration::name).toList();
      frame.reportUnknown(
          name, "the block " + instance.type().name() + " has no function '" + name + "'", functions);
      return evaluateArguments(call, frame);
    }
    return CallSite.of(call, name, List.of(), frame)
        .map(site -> Invocation.run(member(instance, function.get()), site))
        .orElse(Operand.FAILED);
  }

  /** A function that is no member: of the file, of the language, or an op. */
  private static Operand callFunction(CallSite site) {
    Frame frame = site.frame();
    Optional<FunctionRef> function = frame.file().function(site.name());
    if (function.isPresent()) {
      return Invocation.run(function.get(), site);
    }
    Optional<Builtin> builtin = Builtins.find(site.name());
    if (builtin.isPresent()) {
      return builtin.get().call(site);
    }
    if (frame.session().registry().op(site.name()).isPresent()) {
      return OpCalls.call(site);
    }
    Optional<ComponentType> component = frame.file().component(site.name());
    if (component.isPresent()) {
      Diagnostic diagnostic = site.callee().span()
          .error("'" + site.name() + "' is a " + component.get().declaration().kind() + ", not a function");
      frame.report(diagnostic.hint("declare an instance of it, part: " + site.name() + ", and call that: part(...)"));
    } else if (frame.find(site.callee()).isPresent()) {
      frame.report(site.callee().span().error("'" + site.name() + "' is a value, not a function"));
    } else {
      frame.reportUnknown(
          site.callee(), "there is no function '" + site.name() + "' here", Callables.names(frame),
          ForeignNames.function(site.name()));
    }
    site.positional().forEach(argument -> Expressions.evaluate(argument, frame));
    return Operand.FAILED;
  }

  /** Evaluates the arguments of a call that can't be made, for the errors in them. */
  private static Operand evaluateArguments(Expression.Call call, Frame frame) {
    call.arguments().forEach(argument -> Expressions.evaluate(argument.value(), frame));
    return Operand.FAILED;
  }
}
