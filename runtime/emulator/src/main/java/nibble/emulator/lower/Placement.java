package nibble.emulator.lower;

import java.util.List;
import nibble.emulator.memory.Space;
import nibble.emulator.model.Operand;
import nibble.emulator.model.StateSpace;
import nibble.emulator.report.Rejection;

/** Addresses in brackets as helpers take them: the base's register, a displacement, and the number of the space. */
final class Placement {
  private Placement() {}

  /** The address in the space that a slot of the form names; generic where it names none. */
  static List<Arg> of(Emission it, Operand operand, String slot) {
    Emission.Address address = it.address(operand);
    int space = space(address, it.match().textIfAny(slot));
    return List.of(address.base(), Arg.number(address.displacement()), Arg.number(space));
  }

  /**
   * The number of the space in which an address is.
   *
   * @param stated the space's name in the opcode, or ""
   */
  static int space(Emission.Address address, String stated) {
    StateSpace space =
        switch (stated) {
          case "" -> StateSpace.GENERIC;
          case "global" -> StateSpace.GLOBAL;
          case "const" -> StateSpace.CONST;
          case "param" -> StateSpace.PARAM;
          default -> StateSpace.SHARED;
        };
    if (address.symbol().isEmpty()) {
      return Space.of(space) + (address.isNarrow() ? Space.NARROW : 0);
    }
    MemorySymbol symbol = address.symbol().get();
    if (space != StateSpace.GENERIC && space != symbol.space()) {
      throw new Rejection(
          "'" + symbol + "' is in ." + symbol.space().text() + " space, not in ." + space.text());
    }
    return Space.of(symbol.space());
  }
}
