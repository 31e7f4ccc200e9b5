package nibble.emulator.table;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import nibble.emulator.model.Target;
import nibble.emulator.model.Version;

/** An opcode that fits a form, with the choice that it makes for each slot. */
public final class Match {
  private static final Pattern REFERENCE = Pattern.compile("\\{(\\w+)}");

  private final Form form;
  private final int[] chosen;
  private final List<Requirement> requirements;

  Match(Form form, int[] chosen, List<Requirement> requirements) {
    this.form = form;
    this.chosen = chosen;
    this.requirements = List.copyOf(requirements);
  }

  public Form form() {
    return form;
  }

  /** What a module of this target and version lacks for the form or one of its modifiers. */
  public Optional<String> unmet(Target target, Version version) {
    return requirements.stream().flatMap(it -> it.unmet(target, version).stream()).findFirst();
  }

  /** What is asked for by the form and by its modifiers. */
  List<Requirement> requirements() {
    return requirements;
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

  /**
   * Whether it takes so many operands. Kinds that end in a question mark may be missing; those with a slot behind it
   * are there where that slot is filled, and only there. One that ends in an asterisk stands for any number.
   */
  boolean takes(int count) {
    return count >= least() && count <= most();
  }

  /** How many operands it takes, for messages. */
  String operandCount() {
    return least() == most() ? Integer.toString(least()) : least() + " or more";
  }

  private int least() {
    return (int) form.operands().stream().filter(this::isRequired).count();
  }

  private int most() {
    List<String> kinds = form.operands();
    boolean isOpen = !kinds.isEmpty() && kinds.get(kinds.size() - 1).endsWith("*");
    return isOpen ? Integer.MAX_VALUE : least() + (int) kinds.stream().filter(it -> it.endsWith("?")).count();
  }

  private boolean isRequired(String kind) {
    int mark = kind.indexOf('?');
    return mark < 0 ? !kind.endsWith("*") : mark < kind.length() - 1 && has(kind.substring(mark + 1));
  }

  private int index(String slot) {
    int index = form.pattern().indexOf(slot);
    if (index < 0) {
      throw new IllegalStateException("form " + form.text() + " has no slot " + slot);
    }
    return index;
  }
}
