package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.table.Form;

/** A basic block under construction. */
final class LoweredBlock {
  /**
   * A PTX instruction that belongs to it.
   *
   * @param site number of its site in its function
   */
  record Counted(Form form, int site) {}

  private final List<LoweredStep> steps = new ArrayList<>();
  private final List<Counted> instructions = new ArrayList<>();
  private End end;

  List<LoweredStep> steps() {
    return steps;
  }

  List<Counted> instructions() {
    return instructions;
  }

  End end() {
    return end;
  }

  void end(End newEnd) {
    end = newEnd;
  }

  /** Whether it does nothing but end. */
  boolean isEmpty() {
    return steps.isEmpty();
  }
}
