package nibble.dsl.lower;

import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Identifier;
import nibble.ir.TensorType;

/** The variables of a function or of a loop's body, which sees those around it. */
final class Locals {
  private final Optional<Locals> outer;
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  /** How a variable came to be. */
  enum Kind {
    PARAMETER("a parameter"),
    SIZE("a size"),
    LET("declared with let"),
    VAR("declared with var"),
    COUNTER("the counter of a loop");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** What it is, in words that fit behind "is". */
    String words() {
      return words;
    }
  }

  /** A variable; only the value of a {@code var} changes. */
  static final class Variable {
    private final Identifier name;
    private final Kind kind;
    private final Optional<TensorType> type;
    private Operand value;

    private Variable(Identifier name, Kind kind, Optional<TensorType> type, Operand value) {
      this.name = name;
      this.kind = kind;
      this.type = type;
      this.value = value;
    }

    Identifier name() {
      return name;
    }

    Kind kind() {
      return kind;
    }

    /** The type that was declared, if one was. */
    Optional<TensorType> type() {
      return type;
    }

    Operand value() {
      return value;
    }

    void assign(Operand other) {
      value = other;
    }
  }

  Locals() {
    this(Optional.empty());
  }

  private Locals(Optional<Locals> outer) {
    this.outer = outer;
  }

  Locals inner() {
    return new Locals(Optional.of(this));
  }

  void define(Identifier name, Kind kind, Optional<TensorType> type, Operand value) {
    variables.put(name.name(), new Variable(name, kind, type, value));
  }

  Optional<Variable> find(String name) {
    Variable variable = variables.get(name);
    return variable != null ? Optional.of(variable) : outer.flatMap(locals -> locals.find(name));
  }

  ImmutableSet<String> names() {
    ImmutableSet.Builder<String> names = ImmutableSet.<String>builder().addAll(variables.keySet());
    outer.ifPresent(locals -> names.addAll(locals.names()));
    return names.build();
  }
}
