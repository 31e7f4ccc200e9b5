package nibble.emulator;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Region;

/**
 * Global memory of the machine. Reading and writing it while a kernel runs gives what the kernel happens to have done so
 * far.
 */
public final class Allocation {
  private final Region region;

  Allocation(Region region) {
    this.region = region;
  }

  Region region() {
    return region;
  }

  /** Address of the first byte; a multiple of 256. */
  public long address() {
    return region.base();
  }

  public long size() {
    return region.size();
  }

  /** The name that faults give. */
  public String name() {
    return region.name();
  }

  /**
   * Its memory, to be used directly.
   *
   * @throws IllegalStateException if it was freed
   */
  public MemorySegment segment() {
    if (!region.isLive()) {
      throw new IllegalStateException("'" + name() + "' was freed");
    }
    return region.segment();
  }

  /** Copies to it, from the start. */
  public void write(byte[] source) {
    MemorySegment.copy(MemorySegment.ofArray(source), 0, segment(), 0, source.length);
  }

  /** Copies to it, from the start, what remains in the buffer. */
  public void write(ByteBuffer source) {
    write(MemorySegment.ofBuffer(source), 0);
  }

  /** Copies a segment to it, from an offset on. */
  public void write(MemorySegment source, long offset) {
    MemorySegment.copy(source, 0, segment(), offset, source.byteSize());
  }

  /** Copies from its start as much as fits the array. */
  public void read(byte[] target) {
    MemorySegment.copy(segment(), 0, MemorySegment.ofArray(target), 0, target.length);
  }

  /** Copies from its start what remains free in the buffer. */
  public void read(ByteBuffer target) {
    MemorySegment to = MemorySegment.ofBuffer(target);
    MemorySegment.copy(segment(), 0, to, 0, to.byteSize());
  }

  /** A copy of all of it. */
  public byte[] read() {
    byte[] bytes = new byte[Math.toIntExact(size())];
    read(bytes);
    return bytes;
  }

  @Override
  public String toString() {
    return name() + " (" + size() + " bytes at " + Addresses.hex(address()) + ")";
  }
}
