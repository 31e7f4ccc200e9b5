package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Span;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.Suggestion;

/**
 * A call with its arguments as written.
 *
 * @param frame where it stands
 * @param span all of it
 * @param callee the name that is called
 * @param positional arguments without a name; in {@code x.f(y)} the first is {@code x}
 * @param named arguments with a name
 * @param names where the names stand
 */
record CallSite(
    Frame frame,
    Span span,
    Identifier callee,
    ImmutableList<Expression> positional,
    ImmutableMap<String, Expression> named,
    ImmutableMap<String, Identifier> names) {

  /** Sorts the arguments of a call; nothing where an error has been reported. */
  static Optional<CallSite> of(Expression.Call call, Identifier callee, List<Expression> first, Frame frame) {
    ImmutableList.Builder<Expression> positional = ImmutableList.<Expression>builder().addAll(first);
    Map<String, Expression> named = new LinkedHashMap<>();
    Map<String, Identifier> names = new LinkedHashMap<>();
    for (Expression.Argument argument : call.arguments()) {
      if (argument.name().isEmpty()) {
        if (!named.isEmpty()) {
          frame.report(argument.span().error("an argument without a name stands before those with one"));
          return Optional.empty();
        }
        positional.add(argument.value());
        continue;
      }
      Identifier name = argument.name().get();
      if (named.putIfAbsent(name.name(), argument.value()) != null) {
        frame.report(name.span().error("the argument '" + name + "' is given twice"));
        return Optional.empty();
      }
      names.put(name.name(), name);
    }
    return Optional.of(new CallSite(
        frame, call.span(), callee, positional.build(), ImmutableMap.copyOf(named), ImmutableMap.copyOf(names)));
  }

  String name() {
    return callee.name();
  }

  /** The same call of something else. */
  CallSite withCallee(Identifier other) {
    return new CallSite(frame, span, other, positional, named, names);
  }

  Operand fail(String message) {
    return frame.fail(callee.span().error(message));
  }

  /** Complains about arguments with names that mean nothing here; says whether all are fine. */
  boolean acceptNames(ImmutableSet<String> known) {
    boolean fine = true;
    for (Map.Entry<String, Identifier> name : names.entrySet()) {
      if (!known.contains(name.getKey())) {
        Optional<String> hint = Suggestion.nearest(name.getKey(), known).isPresent() || known.isEmpty()
            ? Optional.empty()
            : Optional.of("it has " + String.join(", ", known));
        frame.reportUnknown(
            name.getValue(), "'" + callee + "' has no argument '" + name.getKey() + "'", known, hint);
        fine = false;
      }
    }
    return fine;
  }

  /**
   * The arguments by parameter, in the order of the parameters.
   *
   * @param parameters all parameters
   * @param required how many of them must be given, from the first on
   * @return nothing where an error has been reported
   */
  Optional<ImmutableMap<String, Expression>> bind(List<String> parameters, int required) {
    if (!acceptNames(ImmutableSet.copyOf(parameters))) {
      return Optional.empty();
    }
    if (positional.size() > parameters.size()) {
      return wrongCount(parameters, required);
    }
    ImmutableMap.Builder<String, Expression> bound = ImmutableMap.builder();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      boolean byPosition = i < positional.size();
      if (byPosition && named.containsKey(parameter)) {
        frame.report(names.get(parameter).span().error("the argument '" + parameter + "' is given twice"));
        return Optional.empty();
      }
      if (byPosition) {
        bound.put(parameter, positional.get(i));
      } else if (named.containsKey(parameter)) {
        bound.put(parameter, named.get(parameter));
      } else if (i < required) {
        return wrongCount(parameters, required);
      }
    }
    return Optional.of(bound.build());
  }

  private <T> Optional<T> wrongCount(List<String> parameters, int required) {
    int given = positional.size() + named.size();
    String takes = required == parameters.size()
        ? counted(required)
        : "from " + required + " to " + counted(parameters.size());
    Diagnostic diagnostic = callee.span().error("'" + callee + "' takes " + takes + ", not " + given);
    frame.report(parameters.isEmpty()
        ? diagnostic
        : diagnostic.note((parameters.size() == 1 ? "it is " : "they are ") + String.join(", ", parameters)));
    return Optional.empty();
  }

  private static String counted(int count) {
    return count == 1 ? "1 argument" : count + " arguments";
  }
}
