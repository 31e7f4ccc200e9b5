package nibble.emulator.lower;

import java.util.List;
import nibble.emulator.model.Statement;

/** What a name in a function stands for, labels apart. */
sealed interface Symbol permits MemorySymbol, Frame, Symbol.Register, Symbol.Wide, Symbol.Elements, Symbol.Targets,
    Symbol.Prototype {
  /** A register. */
  record Register(VirtualRegister register) implements Symbol {}

  /** A 128-bit register: two of 64 bits. */
  record Wide(VirtualRegister low, VirtualRegister high) implements Symbol {}

  /** A vector register, or the elements of one that a selector names. */
  record Elements(List<VirtualRegister> registers) implements Symbol {
    public Elements {
      registers = List.copyOf(registers);
    }
  }

  /** A list of labels for an indexed branch. */
  record Targets(Statement.Targets targets) implements Symbol {}

  /** What an indirect call looks like. */
  record Prototype(Statement.Prototype prototype) implements Symbol {}
}
