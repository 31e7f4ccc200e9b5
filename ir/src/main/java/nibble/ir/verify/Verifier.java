package nibble.ir.verify;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Kernel;

/**
 * Checks a module: names are defined once and before use, types are what the type rules give, regions are what their ops
 * ask for, symbolic sizes are declared.
 */
public final class Verifier {
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> symbols;

  private Verifier(Set<String> symbols) {
    this.symbols = symbols;
  }

  /** All that is wrong with a module. */
  public static ImmutableList<Diagnostic> check(Module module) {
    ImmutableList.Builder<Diagnostic> all = ImmutableList.builder();
    for (Function function : module.functions().values()) {
      Verifier verifier = new Verifier(module.symbols().keySet());
      verifier.check(function);
      all.addAll(verifier.diagnostics);
    }
    return all.build();
  }

  /**
   * Refuses a module that is not valid.
   *
   * @throws InputException with all that is wrong
   */
  public static void require(Module module) {
    ImmutableList<Diagnostic> diagnostics = check(module);
    if (!diagnostics.isEmpty()) {
      throw new InputException(diagnostics);
    }
  }

  private void check(Function function) {
    block(function.body(), Set.of(), function.location());
  }

  private void block(Block block, Set<Value> outer, Location location) {
    Set<Value> visible = new HashSet<>(outer);
    block.arguments().forEach(argument -> define(argument, visible, location));
    for (Operation operation : block.operations()) {
      operation(operation, visible);
    }
    uses(block.results(), visible, location, "the end of the block");
  }

  private void operation(Operation operation, Set<Value> visible) {
    Location at = operation.location();
    String name = operation.op().name();
    if (uses(operation.operands(), visible, at, name)) {
      if (operation.regions().size() != operation.op().regionCount()) {
        report(name + " has " + operation.op().regionCount() + " regions, not " + operation.regions().size(), at);
      } else {
        regions(operation, visible);
        types(operation);
      }
    }
    operation.results().forEach(result -> define(result, visible, at));
  }

  private void regions(Operation operation, Set<Value> visible) {
    Set<Value> outer = operation.op() instanceof Kernel ? Set.of() : visible;
    operation.regions().forEach(region -> block(region, outer, operation.location()));
  }

  private void types(Operation operation) {
    try {
      ImmutableList<Type> expected = operation.op().resultTypes(operation.operandTypes(), operation.regions());
      ImmutableList<Type> actual =
          operation.results().stream().map(Value::type).collect(ImmutableList.toImmutableList());
      if (!expected.equals(actual)) {
        report(operation.op().name() + " gives " + plain(expected) + ", not " + plain(actual), operation.location());
      }
      operation.op().verify(operation);
    } catch (TypeRuleException e) {
      Diagnostic diagnostic = Diagnostic.error(e.getMessage(), operation.location());
      diagnostics.add(e.hint().map(diagnostic::hint).orElse(diagnostic));
    }
  }

  private static String plain(List<Type> types) {
    return String.join(", ", types.stream().map(Type::toString).toList());
  }

  private void define(Value value, Set<Value> visible, Location location) {
    if (!names.add(value.name())) {
      report(value + " is defined twice", location);
    }
    if (value.type() instanceof TensorType type) {
      for (String unknown : Sets.difference(type.shape().symbols(), symbols)) {
        report("the size " + unknown + " of " + value + " is not declared", location);
      }
    }
    visible.add(value);
  }

  private boolean uses(List<Value> values, Set<Value> visible, Location location, String user) {
    List<Value> unknown = values.stream().filter(value -> !visible.contains(value)).toList();
    unknown.forEach(value -> report(value + ", used by " + user + ", is not defined before with type " + value.type(),
        location));
    return unknown.isEmpty();
  }

  private void report(String message, Location location) {
    diagnostics.add(Diagnostic.error(message, location));
  }
}
