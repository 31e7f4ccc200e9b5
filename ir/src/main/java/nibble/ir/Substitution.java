package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.OpRecord;

/**
 * Replaces symbolic sizes by extents in types and attributes: what a plan does to a module when inputs are given. A
 * type rule that held for symbols may not hold for the extents (a slice {@code 0:8} of {@code S} where S is 4); the
 * verifier says so.
 *
 * @param sizes the extent of each symbol to replace; others stay
 */
public record Substitution(ImmutableMap<String, Dim> sizes) {
  /** Gives symbols constant values. */
  public static Substitution of(Map<String, Long> values) {
    return new Substitution(ImmutableMap.copyOf(Maps.transformValues(values, Dim::of)));
  }

  private Dim lookUp(String symbol) {
    Dim extent = sizes.get(symbol);
    return extent == null ? Dim.symbol(symbol) : extent;
  }

  /**
   * The module with sizes replaced, and without the bounds of these.
   *
   * @throws IllegalArgumentException where an extent becomes negative
   */
  public Module apply(Module module) {
    return Module.of(
        module.name(),
        module.symbols().values().stream().filter(symbol -> !sizes.containsKey(symbol.name())).toList(),
        module.functions().values().stream().map(this::apply).toList());
  }

  public Function apply(Function function) {
    return function.withBody(apply(function.body(), new HashMap<>()));
  }

  private Block apply(Block block, Map<Value, Value> values) {
    ImmutableList<Value> arguments = define(block.arguments(), values);
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    for (Operation operation : block.operations()) {
      operations.add(new Operation(
          apply(operation.op()),
          use(operation.operands(), values),
          define(operation.results(), values),
          operation.regions().stream()
              .map(region -> apply(region, values)).collect(ImmutableList.toImmutableList()),
          operation.location()));
    }
    return new Block(arguments, operations.build(), use(block.results(), values));
  }

  private ImmutableList<Value> define(ImmutableList<Value> definitions, Map<Value, Value> values) {
    ImmutableList.Builder<Value> replaced = ImmutableList.builder();
    for (Value value : definitions) {
      Value other = new Value(value.name(), value.type().substitute(this::lookUp));
      values.put(value, other);
      replaced.add(other);
    }
    return replaced.build();
  }

  private static ImmutableList<Value> use(ImmutableList<Value> uses, Map<Value, Value> values) {
    return uses.stream().map(values::get).collect(ImmutableList.toImmutableList());
  }

  /** The op with sizes replaced in its attributes; the same op where none occurs. */
  public Op apply(Op op) {
    if (Collections.disjoint(symbols(op), sizes.keySet())) {
      return op;
    }
    OpRecord record = OpRecord.of(op.getClass());
    Object[] values = new Object[record.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = attribute(record.value(op, i));
    }
    return record.make(values);
  }

  /** The symbols that occur in the attributes of an op. */
  public static ImmutableSet<String> symbols(Op op) {
    OpRecord record = OpRecord.of(op.getClass());
    ImmutableSet.Builder<String> symbols = ImmutableSet.builder();
    for (int i = 0; i < record.size(); i++) {
      collect(record.value(op, i), symbols);
    }
    return symbols.build();
  }

  private static void collect(Object attribute, ImmutableSet.Builder<String> symbols) {
    switch (attribute) {
      case Dim dim -> symbols.addAll(dim.symbols());
      case Shape shape -> symbols.addAll(shape.symbols());
      case Type type -> symbols.addAll(type.symbols());
      case ImmutableList<?> list -> list.forEach(item -> collect(item, symbols));
      case Optional<?> optional -> optional.ifPresent(item -> collect(item, symbols));
      case Object other -> { }
    }
  }

  private Object attribute(Object value) {
    return switch (value) {
      case Dim dim -> dim.substitute(this::lookUp);
      case Shape shape -> shape.substitute(this::lookUp);
      case Type type -> type.substitute(this::lookUp);
      case ImmutableList<?> list -> list.stream().map(this::attribute).collect(ImmutableList.toImmutableList());
      case Optional<?> optional -> optional.map(this::attribute);
      case Object other -> other;
    };
  }
}
