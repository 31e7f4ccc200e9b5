package nibble.emulator.lower;

import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Rejection;

/** A variable in memory. Where it is, the linker decides for each kernel, but for global and constant ones. */
final class MemorySymbol implements Symbol {
  private static final long MOST = 1 << 30;

  private final Variable variable;
  private final StateSpace space;
  private long address;

  /**
   * A variable's symbol.
   *
   * @param space where it lives in the machine: parameters of device functions and of calls are local memory
   */
  MemorySymbol(Variable variable, StateSpace space) {
    this.variable = variable;
    this.space = space;
  }

  /**
   * A variable that a block or a thread has for itself.
   *
   * @throws Rejection if no memory could hold it
   */
  static MemorySymbol small(Variable variable, StateSpace space) {
    if (variable.bytes() > MOST) {
      throw new Rejection("'" + variable.name() + "' takes " + variable.bytes() + " bytes");
    }
    return new MemorySymbol(variable, space);
  }

  Variable variable() {
    return variable;
  }

  StateSpace space() {
    return space;
  }

  /** Dynamic shared memory: an array without a size that the launch gives one. */
  boolean isDynamic() {
    return space == StateSpace.SHARED && variable.isArray() && variable.count() == 0;
  }

  /** The address of a global or constant variable, or the offset of a kernel's parameter. */
  long address() {
    return address;
  }

  void place(long newAddress) {
    address = newAddress;
  }

  @Override
  public String toString() {
    return variable.name();
  }
}
