package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
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
   * @param location where the name stands
   * @param value behind it, without blanks around it
   * @param valueLocation where the value starts, or where the clause stands of a recipe, which keeps no more
   * @param length how many columns of it messages underline
   */
  public record OptionText(String name, Location location, String value, Location valueLocation, int length) {
    /** Where a part of the value stands. */
    Place place(Quoting.Item item) {
      boolean whole = length != value.length() || item.text().length() == value.length();
      return whole
          ? new Place(valueLocation, length)
          : new Place(
              Location.of(valueLocation.file(), valueLocation.line(), valueLocation.column() + item.offset()),
              item.text().length());
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
