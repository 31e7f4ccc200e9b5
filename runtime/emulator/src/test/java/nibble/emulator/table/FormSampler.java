package nibble.emulator.table;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes instructions for the rows of the table: each choice of each slot at least once, with operands that fit. */
final class FormSampler {
  /** Most instructions of a row. */
  static final int MOST = 24;

  private FormSampler() {}

  /**
   * An instruction.
   *
   * @param results registers that it writes
   */
  record Sample(String opcode, List<String> operands, List<String> results) {
    @Override
    public String toString() {
      return opcode + (operands.isEmpty() ? "" : " " + String.join(", ", operands)) + ";";
    }
  }

  /** Whether a row's instructions go on to the next one. Control flow has tests of its own. */
  static boolean isStraight(Form form) {
    return switch (form.pattern().mnemonic()) {
      case "bra", "brx", "call", "ret", "exit", "trap" -> false;
      default -> true;
    };
  }

  /** Up to {@value #MOST} instructions of a row, always the same ones. */
  static List<Sample> samples(Form form) {
    Random random = new Random(form.text().hashCode());
    List<Sample> samples = new ArrayList<>();
    for (List<String> chosen : combinations(form, random)) {
      if (samples.size() < MOST) {
        samples.add(sample(form, chosen, random, samples.size()));
      }
    }
    return samples;
  }

  private static Sample sample(Form form, List<String> chosen, Random random, int number) {
    Optional<WrittenOperands> written = WrittenOperands.of(form, chosen, number);
    if (written.isPresent()) {
      return new Sample(opcode(form, chosen), written.get().operands(), written.get().results());
    }
    SampleOperands operands = new SampleOperands(form, chosen, random);
    return new Sample(opcode(form, chosen), operands.all(), operands.results());
  }

  private static String opcode(Form form, List<String> chosen) {
    String modifiers =
        chosen.stream().filter(it -> !it.isEmpty()).map(it -> "." + it).collect(Collectors.joining());
    return form.pattern().mnemonic() + modifiers;
  }

  /** For each slot a choice, or "" for none: random ones with each choice, and those without what is optional. */
  private static Set<List<String>> combinations(Form form, Random random) {
    List<Slot> slots = form.pattern().slots();
    Set<List<String>> combinations = new LinkedHashSet<>();
    for (int slot = 0; slot < slots.size(); slot++) {
      for (String choice : choices(slots.get(slot))) {
        List<String> combination = new ArrayList<>();
        for (Slot other : slots) {
          List<String> choices = choices(other);
          combination.add(choices.get(random.nextInt(choices.size())));
        }
        combination.set(slot, choice);
        combinations.add(linked(slots, combination));
      }
    }
    combinations.add(slots.stream().map(it -> it.optional() ? "" : it.choices().get(0)).toList());
    return combinations;
  }

  /** Fills the slots that go with the ones before them, and empties the others of their kind. */
  private static List<String> linked(List<Slot> slots, List<String> combination) {
    for (int i = 1; i < slots.size(); i++) {
      if (slots.get(i).linked()) {
        boolean isFilled = !combination.get(i - 1).isEmpty();
        String choice = combination.get(i).isEmpty() ? slots.get(i).choices().get(0) : combination.get(i);
        combination.set(i, isFilled ? choice : "");
      }
    }
    return combination;
  }

  private static List<String> choices(Slot slot) {
    List<String> choices = new ArrayList<>(slot.choices());
    if (slot.optional()) {
      choices.add("");
    }
    return choices;
  }
}
