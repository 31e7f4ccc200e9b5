package nibble.emulator.table;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What the dotted names of a form look like: a mnemonic and slots for modifiers.
 *
 * @param anyOrder whether the modifiers may stand in any order, as assemblers allow for some instructions
 */
record Pattern(String mnemonic, List<Slot> slots, boolean anyOrder) {
  Pattern {
    slots = List.copyOf(slots);
  }

  /**
   * For each slot the number of its choice, from one, or zero where it is left out; null if the modifiers do not fit.
   *
   * @param opcode a dotted name split at its dots, mnemonic first
   */
  int[] match(List<String> opcode) {
    int[] chosen = new int[slots.size()];
    int next = 0;
    for (String modifier : opcode.subList(1, opcode.size())) {
      int slot = find(modifier, chosen, anyOrder ? 0 : next);
      if (slot < 0) {
        return null;
      }
      chosen[slot] = 1 + slots.get(slot).choices().indexOf(modifier);
      next = slot + 1;
    }
    for (int i = 0; i < chosen.length; i++) {
      boolean isMissing = chosen[i] == 0 && !slots.get(i).optional();
      if (isMissing || slots.get(i).linked() && (chosen[i] == 0) != (chosen[i - 1] == 0)) {
        return null;
      }
    }
    return chosen;
  }

  private int find(String modifier, int[] chosen, int from) {
    for (int i = from; i < chosen.length; i++) {
      if (chosen[i] == 0 && slots.get(i).accepts(modifier)) {
        return i;
      }
      if (!anyOrder && !slots.get(i).optional()) {
        return -1;
      }
    }
    return -1;
  }

  int indexOf(String slot) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).name().equals(slot)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return mnemonic + slots.stream().map(Slot::toString).collect(Collectors.joining());
  }
}
