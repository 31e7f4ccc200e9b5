package nibble.emulator.code;

import java.util.List;
import nibble.emulator.table.Form;

/**
 * Steps without a branch among them, and what follows.
 *
 * @param instructions the PTX instructions of the block, its branch included, for counting
 */
public record BasicBlock(List<Step> steps, Terminator end, List<Counted> instructions) {
  public BasicBlock {
    steps = List.copyOf(steps);
    instructions = List.copyOf(instructions);
  }

  /**
   * An instruction.
   *
   * @param site number of its site
   */
  public record Counted(Form form, int site) {}
}
