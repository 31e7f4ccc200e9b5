package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;

import java.lang.foreign.MemorySegment;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Space;

/**
 * Stretches of memory of any length that one lane accesses, checked at both ends.
 *
 * @param memory where it is
 * @param offset of its first byte
 */
record Spans(MemorySegment memory, long offset) {
  /** The address that a lane's operand holds. */
  static long address(Warp w, int lane, int register, int displacement, int space) {
    long base = (space & Space.NARROW) != 0 ? w.words[register + lane] & 0xffffffffL : w.longs[register + lane];
    return base + displacement;
  }

  /**
   * A stretch.
   *
   * @param align what its address must be a multiple of, up to 64
   */
  static Spans of(Warp w, int lane, int space, long address, long bytes, int align, int site, boolean writes) {
    long[] source = new long[WARP];
    AddressResolver resolver = w.resolver;
    source[lane] = address + bytes - 1;
    resolver.resolve(1 << lane, space & ~Space.NARROW, source, 1, site, writes);
    source[lane] = address;
    if (address % align != 0) {
      throw w.fault(
          KernelFault.Kind.MISALIGNED, site, lane,
          "misaligned: " + Addresses.hex(address) + " must be a multiple of " + align);
    }
    resolver.resolve(1 << lane, space & ~Space.NARROW, source, 1, site, writes);
    return new Spans(resolver.segment(), resolver.offsets()[lane]);
  }

  /** A stretch of shared memory. */
  static long shared(Warp w, int lane, long address, int space, long bytes, int align, int site, boolean writes) {
    Spans span = of(w, lane, space, address, bytes, align, site, writes);
    if (span.memory != w.block.shared()) {
      throw w.fault(
          KernelFault.Kind.OUT_OF_BOUNDS, site, lane,
          "out of bounds: " + Addresses.hex(address) + " is not in shared memory");
    }
    return span.offset;
  }
}
