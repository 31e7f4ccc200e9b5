package nibble.emulator.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.report.Rejection;
import nibble.emulator.report.Suggestion;

/** The instruction table: every form that the machine executes. */
public final class FormTable {
  private static final List<String> GROUPS =
      List.of("integer", "floating", "half", "compare", "move", "convert", "memory", "async", "control", "warp",
          "tensor", "warpgroup");

  private final List<Form> forms;
  private final Map<List<String>, Requirement> modifiers;
  private final Map<String, String> refusals;
  private final Map<String, List<Form>> byMnemonic = new LinkedHashMap<>();
  private final Map<String, List<Match>> matches = new ConcurrentHashMap<>();

  private FormTable(FormReader reader) {
    this.forms = List.copyOf(reader.forms());
    this.modifiers = Collections.unmodifiableMap(new LinkedHashMap<>(reader.modifiers()));
    this.refusals = Collections.unmodifiableMap(new LinkedHashMap<>(reader.refusals()));
    for (Form form : forms) {
      byMnemonic.computeIfAbsent(form.pattern().mnemonic(), key -> new ArrayList<>()).add(form);
    }
  }

  /** The machine's table. */
  public static FormTable standard() {
    return Holder.TABLE;
  }

  private static final class Holder {
    static final FormTable TABLE = load();
  }

  private static FormTable load() {
    FormReader reader = new FormReader();
    for (String group : GROUPS) {
      try (InputStream stream = FormTable.class.getResourceAsStream(group + ".forms")) {
        reader.read(group, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
    return new FormTable(reader);
  }

  /** All rows, in the table's order. */
  public List<Form> forms() {
    return forms;
  }

  /** Why instructions that PTX has, or modifiers with a dot before them, are refused. */
  public Map<String, String> refusals() {
    return refusals;
  }

  /**
   * The form of an instruction.
   *
   * @param opcode its dotted name
   * @param operands how many operands it has
   * @throws Rejection if the machine does not know it
   */
  public Match find(String opcode, int operands) {
    List<Match> candidates = matches.computeIfAbsent(opcode, this::matchAll);
    for (Match match : candidates) {
      if (match.takes(operands)) {
        return match;
      }
    }
    if (!candidates.isEmpty()) {
      throw new Rejection(
          "'" + opcode + "' does not take " + operands + (operands == 1 ? " operand" : " operands"),
          Optional.of("it takes " + candidates.get(0).operandCount()));
    }
    throw unknown(opcode);
  }

  private List<Match> matchAll(String opcode) {
    List<String> parts = List.of(opcode.split("\\."));
    List<Match> found = new ArrayList<>();
    for (Form form : byMnemonic.getOrDefault(parts.get(0), List.of())) {
      int[] chosen = form.pattern().match(parts);
      if (chosen != null) {
        List<Requirement> requirements = new ArrayList<>(List.of(form.requirement()));
        modifiers.forEach(
            (words, requirement) -> {
              if (parts.containsAll(words)) {
                requirements.add(requirement);
              }
            });
        found.add(new Match(form, chosen, requirements));
      }
    }
    return found;
  }

  private Rejection unknown(String opcode) {
    List<String> parts = List.of(opcode.split("\\."));
    String mnemonic = parts.get(0);
    Optional<String> refused =
        parts.stream().map(it -> refusals.get(it.equals(mnemonic) ? it : "." + it)).filter(Objects::nonNull)
            .findFirst();
    if (refused.isPresent()) {
      return new Rejection("'" + opcode + "' is not supported", refused);
    }
    if (!byMnemonic.containsKey(mnemonic)) {
      Optional<String> hint = Suggestion.didYouMean(mnemonic, byMnemonic.keySet());
      return new Rejection("unknown instruction '" + opcode + "'", hint);
    }
    TreeSet<String> modifiers = new TreeSet<>();
    byMnemonic.get(mnemonic).forEach(form -> form.pattern().slots().forEach(slot -> modifiers.addAll(slot.choices())));
    for (String modifier : parts.subList(1, parts.size())) {
      if (!modifiers.contains(modifier)) {
        return new Rejection(
            "unknown instruction '" + opcode + "': no form of " + mnemonic + " takes '." + modifier + "'",
            Suggestion.didYouMean(modifier, modifiers));
      }
    }
    return new Rejection(
        "unknown instruction '" + opcode + "': " + mnemonic + " does not take these modifiers together",
        Optional.of("the machine knows " + nearest(parts).text()));
  }

  /** The form that takes most of the modifiers, in whatever order; the last one, which is a type, counts more. */
  private Form nearest(List<String> parts) {
    Form nearest = null;
    long most = -1;
    for (Form form : byMnemonic.get(parts.get(0))) {
      List<Slot> slots = form.pattern().slots();
      long taken = 0;
      for (String modifier : parts.subList(1, parts.size())) {
        boolean isTaken = slots.stream().anyMatch(slot -> slot.accepts(modifier));
        taken += isTaken ? (modifier.equals(parts.get(parts.size() - 1)) ? 3 : 2) : 0;
      }
      if (taken > most) {
        nearest = form;
        most = taken;
      }
    }
    return nearest;
  }
}
