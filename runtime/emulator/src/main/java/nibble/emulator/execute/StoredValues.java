package nibble.emulator.execute;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What lanes are about to store, in registers still, or what they have asked to be copied. One object serves a warp for
 * all of its stores.
 */
public final class StoredValues {
  private final Warp warp;
  private int[] registers;
  private int elementBytes;
  private boolean isLong;
  private byte[] copied;

  StoredValues(Warp warp) {
    this.warp = warp;
  }

  /**
   * Describes a store.
   *
   * @param newRegisters registers of the elements, in the order of memory; none if the values are not known
   * @param bytes of each element
   * @param isOfLongs whether the registers are those of 64 bits
   */
  public StoredValues set(int[] newRegisters, int bytes, boolean isOfLongs) {
    registers = newRegisters;
    elementBytes = bytes;
    isLong = isOfLongs;
    copied = null;
    return this;
  }

  /** Describes a copy, of so many bytes for each lane. */
  public StoredValues set(byte[] data, int bytes) {
    copied = data;
    elementBytes = bytes;
    return this;
  }

  /** Whether what is to be stored can be told. */
  public boolean areKnown() {
    return copied != null || registers.length > 0;
  }

  /** A byte of what a lane stores. */
  public byte at(int lane, int index) {
    if (copied != null) {
      return copied[lane * elementBytes + index];
    }
    int register = registers[index / elementBytes] + lane;
    int shift = 8 * (index % elementBytes);
    return (byte) (isLong ? warp.longs[register] >>> shift : warp.words[register] >>> shift);
  }

  /** Whether memory holds some bytes of what a lane stores already. */
  public boolean areThere(int lane, MemorySegment memory, long offset, int from, int count) {
    boolean same = areKnown();
    for (int i = from; same && i < from + count; i++) {
      same = memory.get(ValueLayout.JAVA_BYTE, offset + i) == at(lane, i);
    }
    return same;
  }

  /** Whether two lanes store the same at some bytes, which are those from the given indices on. */
  public boolean areEqual(int lane, int from, int other, int otherFrom, int count) {
    boolean same = areKnown();
    for (int i = 0; same && i < count; i++) {
      same = at(lane, from + i) == at(other, otherFrom + i);
    }
    return same;
  }
}
