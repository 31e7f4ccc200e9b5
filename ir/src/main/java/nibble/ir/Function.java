package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;

/**
 * A function: an entry point of a module.
 *
 * @param name without the at sign
 * @param body its arguments are the parameters, its results the results
 * @param location where it is declared
 */
public record Function(String name, Block body, Location location) {
  public ImmutableList<Value> parameters() {
    return body.arguments();
  }

  public ImmutableList<Value> results() {
    return body.results();
  }

  /** The symbolic sizes that its types and attributes mention. */
  public ImmutableSet<String> symbols() {
    ImmutableSet.Builder<String> symbols = ImmutableSet.builder();
    collect(body, symbols);
    body.walk(operation -> {
      symbols.addAll(Substitution.symbols(operation.op()));
      operation.results().forEach(result -> symbols.addAll(result.type().symbols()));
      operation.regions().forEach(region -> collect(region, symbols));
    });
    return symbols.build();
  }

  private static void collect(Block block, ImmutableSet.Builder<String> symbols) {
    block.arguments().forEach(argument -> symbols.addAll(argument.type().symbols()));
  }

  public Function withBody(Block other) {
    return new Function(name, other, location);
  }
}
