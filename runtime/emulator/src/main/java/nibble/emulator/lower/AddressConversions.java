package nibble.emulator.lower;

import nibble.emulator.code.Bank;
import nibble.emulator.memory.Addresses;
import nibble.emulator.model.Operand;

/** {@code cvta}: from an address in a space to a generic one, and back. */
final class AddressConversions {
  private AddressConversions() {}

  /** {@code cvta.space}. */
  static void toGeneric(Emission it) {
    convert(it, 1);
  }

  /** {@code cvta.to.space}. */
  static void fromGeneric(Emission it) {
    convert(it, -1);
  }

  private static void convert(Emission it, int direction) {
    int window = Math.toIntExact(window(it.match().text("space")) >>> 32) * direction;
    Arg source = source(it, it.operand(1));
    if (window == 0) {
      it.step("Moves.wide", it.write(it.operand(0), 64), source);
    } else {
      it.step("Moves.displaceHigh", it.write(it.operand(0), 64), source, Arg.number(window));
    }
  }

  private static Arg source(Emission it, Operand operand) {
    if (it.symbol(operand).orElse(null) instanceof MemorySymbol symbol) {
      it.function().mention(symbol);
      return new Arg.SymbolAddress(symbol, 0, Bank.LONG);
    }
    return it.read(operand, 64);
  }

  private static long window(String space) {
    return switch (space) {
      case "shared", "shared::cta", "shared::cluster" -> Addresses.SHARED;
      case "local" -> Addresses.LOCAL;
      case "param" -> Addresses.PARAM;
      default -> 0;
    };
  }
}
