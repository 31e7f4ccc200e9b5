package nibble.emulator.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.report.Rejection;
import nibble.emulator.report.Suggestion;

/** The instruction table: every form that the machine executes. */
public final class FormTable {
  private static final List<String> GROUPS =
      List.of("integer", "floating", "half", "compare", "move", "convert", "memory", "control", "warp", "tensor");

  private final List<Form> forms;
  private final Map<String, List<Form>> byMnemonic = new LinkedHashMap<>();
  private final Map<String, List<Match>> matches = new ConcurrentHashMap<>();

  private FormTable(List<Form> forms) {
    this.forms = List.copyOf(forms);
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
    return new FormTable(reader.forms());
  }

  /** All rows, in the table's order. */
  public List<Form> forms() {
    return forms;
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
      if (fits(match.form(), operands)) {
        return match;
      }
    }
    if (!candidates.isEmpty()) {
      throw new Rejection(
          "'" + opcode + "' does not take " + operands + " operands",
          Optional.of("it takes " + candidates.get(0).form().operands().size()));
    }
    throw unknown(opcode);
  }

  /** Operands that end in a question mark may be missing, one that ends in an asterisk stands for any number. */
  private static boolean fits(Form form, int count) {
    List<String> operands = form.operands();
    if (!operands.isEmpty() && operands.get(operands.size() - 1).endsWith("*")) {
      return count >= operands.size() - 1;
    }
    long required = operands.stream().filter(kind -> !kind.endsWith("?")).count();
    return count >= required && count <= operands.size();
  }

  private List<Match> matchAll(String opcode) {
    List<String> parts = List.of(opcode.split("\\."));
    List<Match> found = new ArrayList<>();
    for (Form form : byMnemonic.getOrDefault(parts.get(0), List.of())) {
      int[] chosen = form.pattern().match(parts);
      if (chosen != null) {
        found.add(new Match(form, chosen));
      }
    }
    return found;
  }

  private Rejection unknown(String opcode) {
    List<String> parts = List.of(opcode.split("\\."));
    String mnemonic = parts.get(0);
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
        Optional.of("the machine knows " + byMnemonic.get(mnemonic).get(0).text()));
  }
}
