package nibble.emulator.lower;

import nibble.emulator.code.Bank;
import nibble.emulator.model.PtxType;

/**
 * A register as PTX has them, without number: there are as many as are declared. Two are the same only if they are one
 * object, for scopes may declare a name again.
 */
final class VirtualRegister {
  private final String name;
  private final PtxType type;
  private final boolean temporary;
  private boolean pinned;

  VirtualRegister(String name, PtxType type) {
    this(name, type, false);
  }

  private VirtualRegister(String name, PtxType type, boolean temporary) {
    this.name = name;
    this.type = type;
    this.temporary = temporary;
  }

  /** A register that one instruction writes and reads, and nobody else. */
  static VirtualRegister temporary(PtxType type) {
    return new VirtualRegister("temporary", type, true);
  }

  /** Whether it is of one instruction. */
  boolean isTemporary() {
    return temporary;
  }

  String name() {
    return name;
  }

  PtxType type() {
    return type;
  }

  Bank bank() {
    return Bank.of(type);
  }

  /** Whether it is a function's formal parameter or result, which callers access, too. */
  boolean isPinned() {
    return pinned;
  }

  void pin() {
    pinned = true;
  }

  @Override
  public String toString() {
    return name;
  }
}
