package nibble.emulator;

import java.util.Locale;

/** What is counted of accesses of memory, where counters are on. */
public enum MemoryCounter {
  /** Instructions of a warp that access global memory, one for each allocation that it touches. */
  GLOBAL_REQUESTS,
  /** Bytes that threads ask for, each for itself. */
  GLOBAL_BYTES_READ,
  GLOBAL_BYTES_WRITTEN,
  /** Sectors of 32 bytes that a request touches. */
  GLOBAL_SECTORS_READ,
  GLOBAL_SECTORS_WRITTEN,
  /** Instructions of a warp that access shared memory. */
  SHARED_REQUESTS,
  SHARED_BYTES_READ,
  SHARED_BYTES_WRITTEN,
  /** Passes over the 32 banks of shared memory, of one word of four bytes each. */
  SHARED_WAVEFRONTS,
  /** Those of the passes that would not be there if no two words were in one bank. */
  BANK_CONFLICTS,
  /** Bytes of local memory, read or written: arrays and spilt registers. */
  LOCAL_BYTES,
  /** Threads' atomic operations on global memory. */
  GLOBAL_ATOMICS,
  /** Threads' atomic operations on shared memory. */
  SHARED_ATOMICS,
  /** Threads' asynchronous copies. */
  ASYNC_COPIES,
  /** Bytes that these write. */
  ASYNC_BYTES;

  /** The name in reports, such as {@code globalBytesRead}. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_")) {
      text.append(text.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return text.toString();
  }
}
