package nibble.ir.recipe;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.ir.Location;

/**
 * How precise and how sparse each part of a model shall be, apart from the model.
 *
 * @param name as {@code --recipe} names it
 * @param summary one sentence; may be empty
 * @param clauses in order
 */
public record Recipe(String name, String summary, ImmutableList<Clause> clauses) {
  /**
   * One pass with options.
   *
   * @param pass name of the pass
   * @param at path patterns of the operations it applies to; none for all
   * @param options values by option name, as text
   * @param location where it stands
   */
  public record Clause(
      String pass, ImmutableList<String> at, ImmutableMap<String, String> options, Location location) {}
}
