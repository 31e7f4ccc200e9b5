package nibble.emulator.memory;

import nibble.emulator.KernelFault;

/** Makes the fault of a bad memory access; the caller throws it. */
public interface Faults {
  /**
   * The fault of one lane's access.
   *
   * @param site number of the instruction's site
   * @param space which kind of address it is, see {@link Space}
   * @param bytes how many bytes were accessed
   * @param target what is at or near the address, as a phrase
   */
  KernelFault memoryFault(
      KernelFault.Kind kind, int site, int lane, int space, long address, int bytes, String target);
}
