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
   * @param valueLocation where the value starts
   */
  public record OptionText(String name, Location location, String value, Location valueLocation) {}
}
