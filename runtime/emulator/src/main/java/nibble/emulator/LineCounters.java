package nibble.emulator;

import java.util.Optional;
import nibble.emulator.table.Fidelity;
import nibble.emulator.table.Form;

/**
 * What was counted of an instruction.
 *
 * @param line in the PTX text
 * @param source the line that it was compiled from
 * @param instruction its text
 * @param form its row in the instruction table
 * @param warps executions by warps
 * @param threads executions by threads; one with a guard counts for all lanes that reach it
 * @param divergences how often the lanes of a warp disagreed where to go
 */
public record LineCounters(
    String function, int line, Optional<String> source, String instruction, Form form, long warps, long threads,
    long divergences, MemoryCounters memory) {
  public Fidelity fidelity() {
    return form.fidelity();
  }

  /** Executions of the same instruction in another copy of its code. */
  LineCounters plus(LineCounters other) {
    return new LineCounters(
        function, line, source, instruction, form, warps + other.warps, threads + other.threads,
        divergences + other.divergences, memory);
  }

  /** Whether it is a multiplication of matrices. */
  public boolean isTensorOperation() {
    return form.isTensorOperation();
  }

  /** The instruction's dotted name. */
  public String opcode() {
    String[] words = instruction.split(" ", 3);
    return words[0].startsWith("@") ? words[1] : words[0];
  }
}
