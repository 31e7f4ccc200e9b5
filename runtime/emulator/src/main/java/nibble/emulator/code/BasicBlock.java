package nibble.emulator.code;

import java.util.List;
import nibble.emulator.table.Form;

/**
 * Steps without a branch among them, and what follows.
 *
 * @param forms the table row of each PTX instruction in the block, its branch included, for counting
 */
public record BasicBlock(List<Step> steps, Terminator end, List<Form> forms) {
  public BasicBlock {
    steps = List.copyOf(steps);
    forms = List.copyOf(forms);
  }
}
