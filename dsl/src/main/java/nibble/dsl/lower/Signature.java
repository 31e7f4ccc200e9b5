package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.TypeExpression;
import nibble.ir.TensorType;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Finds the sizes of a function from the shapes of the arguments of a call. A name in the type of a parameter that
 * means nothing around the function is such a size, and so is a parameter of a block that its instance leaves open;
 * {@code ..} takes the leading axes that the rest of the type does not.
 */
final class Signature {
  private final FunctionRef function;
  private final Set<String> open;
  private final Map<String, Dim> sizes = new LinkedHashMap<>();
  private final Map<String, String> origins = new LinkedHashMap<>();
  private final Map<String, ImmutableList<Dim>> leading = new LinkedHashMap<>();

  Signature(FunctionRef function) {
    this.function = function;
    this.open = openNames(function);
  }

  /** The sizes that a call must find. */
  static ImmutableList<Identifier> openSizes(FunctionRef function) {
    Map<String, Identifier> open = new LinkedHashMap<>();
    for (Declaration.Parameter parameter : function.declaration().parameters()) {
      parameter.type().extents().forEach(extent -> collect(extent, function, open));
    }
    return ImmutableList.copyOf(open.values());
  }

  private static Set<String> openNames(FunctionRef function) {
    Set<String> names = new LinkedHashSet<>();
    openSizes(function).forEach(name -> names.add(name.name()));
    return names;
  }

  private static void collect(Expression extent, FunctionRef function, Map<String, Identifier> open) {
    switch (extent) {
      case Expression.Name name -> {
        boolean unbound = function.self().filter(self -> self.isUnbound(name.name())).isPresent();
        if (unbound || function.context().find(name.identifier()).isEmpty()) {
          open.putIfAbsent(name.name(), name.identifier());
        }
      }
      case Expression.Negative negative -> collect(negative.operand(), function, open);
      case Expression.Binary binary -> {
        collect(binary.left(), function, open);
        collect(binary.right(), function, open);
      }
      case Expression.Call call -> call.arguments().forEach(argument -> collect(argument.value(), function, open));
      default -> { }
    }
  }

  /** Takes from an argument's shape what the parameter's type asks for. What does not fit is left for the check. */
  void infer(Declaration.Parameter parameter, Shape shape) {
    TypeExpression type = parameter.type();
    int extents = type.extents().size();
    int before = shape.rank() - extents;
    if (before < 0 || (before > 0 && type.leading().isEmpty())) {
      return;
    }
    type.leading().ifPresent(axes -> {
      if (leading.putIfAbsent(axes.name(), shape.slice(0, before).dims()) == null) {
        origins.put(axes.toString(), parameter.name());
      }
    });
    for (int i = 0; i < extents; i++) {
      if (type.extents().get(i) instanceof Expression.Name name && open.contains(name.name())
          && sizes.putIfAbsent(name.name(), shape.dim(before + i)) == null) {
        origins.put(name.name(), parameter.name());
      }
    }
  }

  /** Sizes that no argument gave. */
  ImmutableList<Identifier> missing() {
    return openSizes(function).stream()
        .filter(name -> !sizes.containsKey(name.name()))
        .collect(ImmutableList.toImmutableList());
  }

  ImmutableMap<String, ImmutableList<Dim>> leading() {
    return ImmutableMap.copyOf(leading);
  }

  Map<String, Dim> sizes() {
    return sizes;
  }

  /** Gives the sizes their values, in the function's frame or in its instance. */
  void define(Locals locals) {
    openSizes(function).forEach(name -> {
      Dim value = sizes.get(name.name());
      Operand operand = value == null ? Operand.FAILED : new Operand.Size(value);
      if (function.self().filter(self -> self.isUnbound(name.name())).isPresent()) {
        function.self().get().bind(name.name(), operand);
      } else {
        locals.define(name, Locals.Kind.SIZE, Optional.empty(), operand);
      }
    });
  }

  /** Notes that say how an argument misses the type of its parameter. */
  ImmutableList<String> explain(Declaration.Parameter parameter, Shape actual, Optional<TensorType> expected) {
    Set<String> notes = new LinkedHashSet<>();
    parameter.type().leading().ifPresent(axes -> {
      ImmutableList<Dim> bound = leading.get(axes.name());
      if (bound != null && !parameter.name().equals(origins.get(axes.toString()))) {
        notes.add(axes + " is " + Shape.of(bound) + ", from the argument '" + origins.get(axes.toString()) + "'");
      }
    });
    for (Expression extent : parameter.type().extents()) {
      if (extent instanceof Expression.Name name && sizes.containsKey(name.name())
          && !parameter.name().equals(origins.get(name.name()))) {
        notes.add(name.name() + " is " + sizes.get(name.name()) + ", from the argument '"
            + origins.get(name.name()) + "'");
      }
    }
    function.self().ifPresent(self -> self.boundParameters().forEach((size, value) -> {
      if (!sizes.containsKey(size) && mentions(parameter.type(), size)) {
        notes.add(size + " is " + value + (self.path().isEmpty() ? "" : " in " + self.path()));
      }
    }));
    expected.filter(type -> type.rank() == actual.rank()).ifPresent(type -> {
      for (int axis = 0; axis < type.rank(); axis++) {
        if (!type.shape().dim(axis).equals(actual.dim(axis))) {
          notes.add("axis " + axis + " has " + actual.dim(axis) + " where the parameter has "
              + type.shape().dim(axis));
          break;
        }
      }
    });
    return ImmutableList.copyOf(notes);
  }

  private static boolean mentions(TypeExpression type, String size) {
    return type.extents().stream()
        .anyMatch(extent -> extent instanceof Expression.Name name && name.name().equals(size));
  }

  /** Names of several parameters, for messages. */
  static List<String> names(Declaration.Function function) {
    return function.parameters().stream().map(Declaration.Parameter::name).toList();
  }
}
