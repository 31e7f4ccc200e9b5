package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import nibble.ir.Location;

/**
 * A pass as it is written, before its name and options are looked up.
 *
 * @param name name of the pass, or of a recipe clause
 * @param location where the name stands
 * @param options in order
 */
public record PassText(String name, Location location, ImmutableList<OptionText> options) {
  /**
   * An option as it is written.
   *
   * @param name before the equals sign
   * @param at where the name stands
   * @param value behind it, without blanks around it
   * @param place where the value stands
   * @param items where each item stands of a value that is a list; of anything else, that one place
   */
  public record OptionText(String name, Place at, String value, Place place, ImmutableList<Place> items) {
    /** An option whose value stands in the text just so. */
    static OptionText of(String name, Location at, String value, Location valueAt) {
      ImmutableList<Place> items = Quoting.items(value).stream().map(item -> new Place(
          Location.of(valueAt.file(), valueAt.line(), valueAt.column() + item.offset()), item.text().length()))
          .collect(ImmutableList.toImmutableList());
      return new OptionText(name, new Place(at, name.length()), value, new Place(valueAt, value.length()), items);
    }

    /** An option whose items nobody knows apart. */
    public static OptionText whole(String name, Place at, String value, Place place) {
      return new OptionText(
          name, at, value, place,
          ImmutableList.copyOf(Collections.nCopies(Quoting.items(value).size(), place)));
    }
  }

  /**
   * What a message underlines.
   *
   * @param location where it starts
   * @param length how many columns
   */
  public record Place(Location location, int length) {}
}
