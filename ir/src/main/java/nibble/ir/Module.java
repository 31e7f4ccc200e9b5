package nibble.ir;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import nibble.ir.shape.SymbolBounds;

/**
 * A compiled model.
 *
 * @param name without the at sign
 * @param symbols what is known of each symbolic size
 * @param functions the entry points by name, in order of declaration
 */
public record Module(
    String name, ImmutableMap<String, SymbolBounds> symbols, ImmutableMap<String, Function> functions) {

  /**
   * A module of those parts.
   *
   * @throws IllegalArgumentException where two symbols or two functions have one name
   */
  public static Module of(String name, Collection<SymbolBounds> symbols, Collection<Function> functions) {
    return new Module(
        name,
        symbols.stream().collect(ImmutableMap.toImmutableMap(SymbolBounds::name, bounds -> bounds)),
        functions.stream().collect(ImmutableMap.toImmutableMap(Function::name, function -> function)));
  }

  public Optional<Function> function(String functionName) {
    return Optional.ofNullable(functions.get(functionName));
  }

  /** The module with each function replaced; the same module where none changed. */
  public Module mapFunctions(UnaryOperator<Function> change) {
    Map<String, Function> changed = new LinkedHashMap<>();
    boolean same = true;
    for (Function function : functions.values()) {
      Function after = change.apply(function);
      same &= after == function;
      changed.put(after.name(), after);
    }
    return same ? this : new Module(name, symbols, ImmutableMap.copyOf(changed));
  }
}
