package nibble.emulator.operation;

import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;

/** {@code trap}. */
public final class Traps {
  private Traps() {}

  /** Ends the launch if any lane executes it. */
  public static void trap(Warp w, int m, int site) {
    if (m != 0) {
      throw w.fault(KernelFault.Kind.TRAP, site, Integer.numberOfTrailingZeros(m), "the kernel executed trap");
    }
  }
}
