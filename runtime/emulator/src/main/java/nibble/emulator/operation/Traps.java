package nibble.emulator.operation;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.Addresses;

/** {@code trap}. */
public final class Traps {
  private Traps() {}

  /** Ends the launch if any lane executes it. */
  public static void trap(Warp w, int m, int site) {
    if (m != 0) {
      throw w.fault(KernelFault.Kind.TRAP, site, Integer.numberOfTrailingZeros(m), "the kernel executed trap");
    }
  }

  /** Ends the launch if any lane calls an address at which no function is that it could call. */
  public static void noFunction(Warp w, int m, int address, int site) {
    if (m != 0) {
      int lane = Integer.numberOfTrailingZeros(m);
      String hex = Addresses.hex(w.longs[address + lane]);
      throw w.fault(
          KernelFault.Kind.BAD_BRANCH, site, lane, "call to " + hex + ", where no function of this prototype is");
    }
  }
}
