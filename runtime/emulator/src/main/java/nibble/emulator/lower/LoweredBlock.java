package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.table.Form;

/** A basic block under construction. */
final class LoweredBlock {
  private final List<LoweredStep> steps = new ArrayList<>();
  private final List<Form> forms = new ArrayList<>();
  private End end;

  List<LoweredStep> steps() {
    return steps;
  }

  List<Form> forms() {
    return forms;
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
