package nibble.ir;

import com.google.common.collect.ImmutableList;

/**
 * A function: an entry point of a module.
 *
 * @param name without the at sign
 * @param body its arguments are the parameters, its results the results
 * @param location where it is declared
 */
public record Function(String name, Block body, Location location) {
  public Function {
    Names.require(name);
  }

  public ImmutableList<Value> parameters() {
    return body.arguments();
  }

  public ImmutableList<Value> results() {
    return body.results();
  }

  public Function withBody(Block other) {
    return new Function(name, other, location);
  }
}
