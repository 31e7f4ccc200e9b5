package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;
import nibble.emulator.code.Helper;

/**
 * A call of a helper before registers have numbers.
 *
 * @param site number of the instruction's site in its function
 */
record LoweredStep(Helper helper, List<Arg> arguments, Optional<Guard> guard, int site) {
  LoweredStep {
    arguments = List.copyOf(arguments);
    if (helper.arity() != arguments.size()) {
      throw new IllegalStateException(helper + " takes " + helper.arity() + " operands, not " + arguments.size());
    }
  }
}
