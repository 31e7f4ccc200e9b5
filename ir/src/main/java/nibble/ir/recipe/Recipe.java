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
   * @param places where its parts stand, for messages
   */
  public record Clause(
      String pass, ImmutableList<String> at, ImmutableMap<String, String> options, Location location, Places places) {
    /** A clause of whose parts nobody knows where they stand. */
    public Clause(String pass, ImmutableList<String> at, ImmutableMap<String, String> options, Location location) {
      this(pass, at, options, location, Places.NONE);
    }
  }

  /**
   * Where the parts of a clause stand.
   *
   * @param at each of its path patterns
   * @param names its options, by their names
   * @param values what stands behind the equals signs, by the names of the options
   */
  public record Places(
      ImmutableList<Stretch> at, ImmutableMap<String, Stretch> names, ImmutableMap<String, Stretch> values) {
    public static final Places NONE = new Places(ImmutableList.of(), ImmutableMap.of(), ImmutableMap.of());
  }

  /**
   * A stretch of text on one line; of text over several lines, its part on the first.
   *
   * @param location where it starts
   * @param length in columns
   */
  public record Stretch(Location location, int length) {}
}
