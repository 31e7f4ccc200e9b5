package nibble.emulator.table;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** An opcode that fits a form, with the choice that it makes for each slot. */
public final class Match {
  private static final Pattern REFERENCE = Pattern.compile("\\{(\\w+)}");

  private final Form form;
  private final int[] chosen;

  Match(Form form, int[] chosen) {
    this.form = form;
    this.chosen = chosen;
  }

  public Form form() {
    return form;
  }

  /** The number of the slot's choice, from one; zero if it is left out. */
  public int number(String slot) {
    return chosen[index(slot)];
  }

  /** The slot's choice, or "" if it is left out. */
  public String text(String slot) {
    int index = index(slot);
    return chosen[index] == 0 ? "" : form.pattern().slots().get(index).choices().get(chosen[index] - 1);
  }

  /** The slot's choice, or "" if it is left out or the form has no such slot. */
  public String textIfAny(String slot) {
    return form.pattern().indexOf(slot) < 0 ? "" : text(slot);
  }

  /** Whether the slot is there and filled. */
  public boolean has(String slot) {
    return !textIfAny(slot).isEmpty();
  }

  /** The action's name with each {@code {slot}} replaced by its choice. */
  public String actionName() {
    return substitute(form.action().name());
  }

  /** The text with each {@code {slot}} replaced by its choice. */
  public String substitute(String template) {
    return template.indexOf('{') < 0
        ? template
        : REFERENCE.matcher(template).replaceAll((MatchResult it) -> text(it.group(1)).replace("::", ""));
  }

  private int index(String slot) {
    int index = form.pattern().indexOf(slot);
    if (index < 0) {
      throw new IllegalStateException("form " + form.text() + " has no slot " + slot);
    }
    return index;
  }
}
