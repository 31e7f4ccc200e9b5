package nibble.ir.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Kernel;

/**
 * Checks a module: names can be written, are defined once and before use, types are what the type rules give, regions
 * are what their ops ask for, symbolic sizes of types and attributes are declared. All that is wrong is reported, not
 * the first alone.
 */
public final class Verifier {
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> undeclared = new HashSet<>();
  private final Set<String> symbols;

  private Verifier(Set<String> symbols) {
    this.symbols = symbols;
  }

  /** All that is wrong with a module. */
  public static ImmutableList<Diagnostic> check(Module module) {
    ImmutableList.Builder<Diagnostic> all = ImmutableList.builder();
    if (!Names.isName(module.name())) {
      all.add(Diagnostic.error("'" + module.name() + "' is no name of a module", Location.UNKNOWN));
    }
    for (String symbol : module.symbols().keySet()) {
      if (!Names.isWord(symbol)) {
        all.add(Diagnostic.error("'" + symbol + "' is no name of a size", Location.UNKNOWN));
      }
    }
    module.functions().values().forEach(function -> all.addAll(check(function, module.symbols().keySet())));
    return all.build();
  }

  /** All that is wrong with a function, given the symbolic sizes that may occur in it. */
  public static ImmutableList<Diagnostic> check(Function function, Set<String> symbols) {
    Verifier verifier = new Verifier(symbols);
    if (!Names.isName(function.name())) {
      verifier.report("'" + function.name() + "' is no name of a function", function.location());
    }
    verifier.block(function.body(), Set.of(), function.location());
    return ImmutableList.copyOf(verifier.diagnostics);
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
    boolean known = uses(operation.operands(), visible, at, name);
    regions(operation, visible);
    declared(Substitution.symbols(operation.op()), name, at);
    if (operation.regions().size() != operation.op().regionCount()) {
      int count = operation.op().regionCount();
      String taken = name + " takes " + count + (count == 1 ? " region" : " regions");
      report(taken + ", not " + operation.regions().size(), at);
    } else if (known) {
      types(operation);
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
    } catch (ArithmeticException e) {
      report("the sizes of " + operation.op().name() + " are out of range", operation.location());
    } catch (IllegalArgumentException e) {
      report(operation.op().name() + ": " + e.getMessage(), operation.location());
    }
  }

  private static String plain(List<Type> types) {
    return String.join(", ", types.stream().map(Type::toString).toList());
  }

  private void define(Value value, Set<Value> visible, Location location) {
    if (!Names.isName(value.name())) {
      report("'" + value.name() + "' is no name of a value", location);
    }
    if (!names.add(value.name())) {
      report(value + " is defined twice", location);
    }
    declared(value.type().symbols(), value.toString(), location);
    visible.add(value);
  }

  /** Reports each size that is not declared where it is met first. */
  private void declared(Set<String> used, String user, Location location) {
    for (String symbol : used) {
      if (!symbols.contains(symbol) && undeclared.add(symbol)) {
        report("the size " + symbol + " of " + user + " is not declared", location);
      }
    }
  }

  private boolean uses(List<Value> values, Set<Value> visible, Location location, String user) {
    List<Value> unknown = values.stream().filter(value -> !visible.contains(value)).toList();
    unknown.forEach(value -> report(
        value + ", used by " + user + ", is not defined before it with type " + value.type(), location));
    return unknown.isEmpty();
  }

  private void report(String message, Location location) {
    diagnostics.add(Diagnostic.error(message, location));
  }
}
