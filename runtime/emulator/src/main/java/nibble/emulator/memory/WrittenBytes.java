package nibble.emulator.memory;

import java.util.Arrays;

/** Which bytes of a memory have been written: one bit to a byte. */
public final class WrittenBytes {
  private final long[] bits;
  private final long size;
  private long missing;
  private boolean all;

  /** Of a memory of so many bytes, of which none is written. */
  public WrittenBytes(long size) {
    this.size = size;
    missing = size;
    bits = new long[Math.toIntExact((size + 63) / 64)];
  }

  /** Whether all of it is written. */
  public boolean isComplete() {
    return all;
  }

  /** Whether a range of at most 64 bytes is written as a whole. */
  public boolean isWritten(long offset, int bytes) {
    if (all || bytes <= 0) {
      return true;
    }
    int word = (int) (offset >>> 6);
    int shift = (int) offset & 63;
    long mask = -1L >>> 64 - bytes;
    long low = mask << shift;
    if ((bits[word] & low) != low) {
      return false;
    }
    long high = shift == 0 ? 0 : mask >>> 64 - shift;
    return high == 0 || (bits[word + 1] & high) == high;
  }

  /** Whether a range is written as a whole. */
  public boolean areWritten(long offset, long bytes) {
    boolean written = true;
    for (long at = offset; written && at < offset + bytes; at += 64) {
      written = isWritten(at, (int) Math.min(64, offset + bytes - at));
    }
    return written;
  }

  /** The first byte of a range that is not written; where all are, the end of the range. */
  public long firstUnwritten(long offset, long bytes) {
    long at = offset;
    while (at < offset + bytes && isWritten(at, 1)) {
      at++;
    }
    return at;
  }

  /** A range is written. */
  public void write(long offset, long bytes) {
    // Most stores are to what was stored to before.
    if (!all && !(bytes <= Long.SIZE && isWritten(offset, (int) bytes))) {
      set(offset, bytes, true);
      all = missing == 0;
    }
  }

  /** A range holds nothing that was written any more. */
  public void forget(long offset, long bytes) {
    if (all) {
      all = false;
      missing = 0;
      Arrays.fill(bits, -1);
    }
    set(offset, bytes, false);
  }

  /** A range holds what another one holds: what is not written there is not written here. */
  public void copy(WrittenBytes source, long sourceOffset, long offset, long bytes) {
    for (long i = 0; i < bytes; i++) {
      if (source.isWritten(sourceOffset + i, 1)) {
        write(offset + i, 1);
      } else {
        forget(offset + i, 1);
      }
    }
  }

  private void set(long offset, long bytes, boolean written) {
    for (long at = offset; at < offset + bytes; ) {
      int shift = (int) at & 63;
      int count = (int) Math.min(64 - shift, offset + bytes - at);
      long mask = -1L >>> 64 - count << shift;
      int word = (int) (at >>> 6);
      long old = bits[word];
      bits[word] = written ? old | mask : old & ~mask;
      missing += Long.bitCount(old) - Long.bitCount(bits[word]);
      at += count;
    }
  }

  /** All of it is written. */
  public void writeAll() {
    all = true;
  }

  /** Nothing of it is written. */
  public void clear() {
    all = false;
    missing = size;
    Arrays.fill(bits, 0);
  }
}
