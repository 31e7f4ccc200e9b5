package nibble.emulator.lower;

import java.util.List;
import nibble.emulator.code.Bank;
import nibble.emulator.code.SpecialRegister;

/** An operand of a helper before registers have numbers. */
sealed interface Arg {
  /** A register. */
  record Register(VirtualRegister register, boolean reads, boolean writes) implements Arg {}

  /** A constant in a register of 32 bits. */
  record WordConstant(int value) implements Arg {}

  /** A constant in a register of 64 bits. */
  record LongConstant(long value) implements Arg {}

  /** A constant in a predicate. */
  record Truth(boolean value) implements Arg {}

  /** A special register. */
  record Special(SpecialRegister register) implements Arg {}

  /** The address of a variable plus an offset, in a register of the bank. */
  record SymbolAddress(MemorySymbol symbol, long offset, Bank bank) implements Arg {}

  /** The address of a variable as a number. */
  record SymbolNumber(MemorySymbol symbol) implements Arg {}

  /** A number that the helper takes as it is. */
  record Number(int value) implements Arg {}

  /** Several registers, which the helper takes as the number of a list. */
  record Registers(List<Arg> registers) implements Arg {
    public Registers {
      registers = List.copyOf(registers);
    }
  }

  /** An object that the helper takes by its number. */
  record Plan(Object plan) implements Arg {}

  /** The number of the instruction's site. */
  record Site() implements Arg {}

  /** The number of another site of the function. */
  record SiteOf(int site) implements Arg {}

  static Arg read(VirtualRegister register) {
    return new Register(register, true, false);
  }

  static Arg write(VirtualRegister register) {
    return new Register(register, false, true);
  }

  static Arg number(int value) {
    return new Number(value);
  }
}
