package nibble.emulator;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.Region;
import nibble.emulator.memory.WrittenBytes;

/**
 * Global memory of the machine. Reading and writing it while a kernel runs gives what the kernel happens to have done
 * so far.
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
   * Its memory, to be used directly. All of it counts as initialised from then on, for nobody sees what is written
   * there.
   *
   * @throws IllegalStateException if it was freed
   */
  public MemorySegment segment() {
    region.written().ifPresent(WrittenBytes::writeAll);
    return memory();
  }

  private MemorySegment memory() {
    if (!region.isLive()) {
      throw new IllegalStateException("'" + name() + "' was freed");
    }
    return region.segment();
  }

  /** Copies to it, from the start. */
  public void write(byte[] source) {
    write(MemorySegment.ofArray(source), 0);
  }

  /** Copies to it, from the start, what remains in the buffer. */
  public void write(ByteBuffer source) {
    write(MemorySegment.ofBuffer(source), 0);
  }

  /** Copies a segment to it, from an offset on. */
  public void write(MemorySegment source, long offset) {
    MemorySegment.copy(source, 0, memory(), offset, source.byteSize());
    region.written().ifPresent(it -> it.write(offset, source.byteSize()));
  }

  /** Writes a byte to a range of it. */
  public void fill(long offset, long bytes, byte value) {
    memory().asSlice(offset, bytes).fill(value);
    region.written().ifPresent(it -> it.write(offset, bytes));
  }

  /** Copies a range of another allocation to it; what nobody wrote there, nobody has written here. */
  public void copy(Allocation source, long sourceOffset, long offset, long bytes) {
    MemorySegment.copy(source.memory(), sourceOffset, memory(), offset, bytes);
    region.written().ifPresent(
        written -> source.region.written().ifPresent(from -> written.copy(from, sourceOffset, offset, bytes)));
  }

  /** Copies from its start as much as fits the array. */
  public void read(byte[] target) {
    read(MemorySegment.ofArray(target), 0);
  }

  /** Copies from its start what remains free in the buffer. */
  public void read(ByteBuffer target) {
    read(MemorySegment.ofBuffer(target), 0);
  }

  /** Copies from it, from an offset on, as much as fits the segment. */
  public void read(MemorySegment target, long offset) {
    MemorySegment.copy(memory(), offset, target, 0, target.byteSize());
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
