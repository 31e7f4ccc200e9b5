package nibble.emulator.table;

import java.util.List;

/**
 * A place for one modifier in a form's pattern.
 *
 * @param name how the form's helper refers to it
 * @param choices the modifiers that fit, without their dots
 * @param optional whether it may be left out
 * @param linked whether it is there where the slot before it is filled, and only there
 */
record Slot(String name, List<String> choices, boolean optional, boolean linked) {
  Slot {
    choices = List.copyOf(choices);
  }

  boolean accepts(String modifier) {
    return choices.contains(modifier);
  }

  @Override
  public String toString() {
    String text = choices.size() == 1 ? choices.get(0) : "{" + String.join(",", choices) + "}";
    return (linked ? "&." : ".") + text + (optional && !linked ? "?" : "");
  }
}
