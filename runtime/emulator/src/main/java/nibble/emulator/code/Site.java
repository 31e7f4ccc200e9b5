package nibble.emulator.code;

import java.util.Optional;
import nibble.emulator.model.SourceLine;

/**
 * Where an instruction stands, for faults.
 *
 * @param function the kernel or device function
 * @param line its line in the PTX text
 * @param source the line that it was compiled from, where {@code .loc} says so
 * @param text the instruction
 */
public record Site(String function, int line, Optional<SourceLine> source, String text) {
  /** The instruction's dotted name. */
  public String opcode() {
    int start = text.startsWith("@") ? text.indexOf(' ') + 1 : 0;
    int end = text.indexOf(' ', start);
    return text.substring(start, end < 0 ? text.length() : end);
  }
}
