package nibble.emulator.profile;

import java.util.Arrays;

/**
 * How often an access of shared memory goes over the banks: 32 banks of four bytes each give one word at a time to
 * whoever asks for it. A pass is for as many lanes as ask for 128 bytes together; lanes that ask for the same word
 * share it, unless they change it.
 */
final class SharedBanks {
  private static final int BANKS = 32;
  private static final int WORD = 4;
  private static final int NONE = -1;

  /** Bytes that all banks give at once. */
  static final int BYTES = BANKS * WORD;

  private final int[] latest = new int[BANKS];
  private final int[] depth = new int[BANKS];
  private final long[] words = new long[BANKS];
  private final int[] earlier = new int[BANKS];
  private int passes;

  /**
   * Counts an access.
   *
   * @param changes whether each lane needs the word for itself
   * @return wavefronts
   */
  int wavefronts(int lanes, long[] offsets, int bytes, boolean changes) {
    int together = Math.clamp(BANKS * WORD / bytes, 1, BANKS);
    int wavefronts = 0;
    passes = 0;
    for (int first = 0; first < BANKS; first += together) {
      int now = together == BANKS ? lanes : lanes & ((1 << together) - 1) << first;
      if (now != 0) {
        wavefronts += pass(now, offsets, bytes, changes);
        passes++;
      }
    }
    return wavefronts;
  }

  /** What the last access would have taken without conflicts. */
  int least() {
    return passes;
  }

  private int pass(int lanes, long[] offsets, int bytes, boolean changes) {
    Arrays.fill(latest, NONE);
    Arrays.fill(depth, 0);
    int count = 0;
    int most = 0;
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      long offset = offsets[Integer.numberOfTrailingZeros(rest)];
      long end = (offset + bytes - 1) / WORD;
      for (long word = offset / WORD; word <= end && count < BANKS; word++) {
        int bank = (int) (word % BANKS);
        if (changes || !isThere(bank, word)) {
          words[count] = word;
          earlier[count] = latest[bank];
          latest[bank] = count++;
          most = Math.max(most, ++depth[bank]);
        }
      }
    }
    return most;
  }

  private boolean isThere(int bank, long word) {
    int at = latest[bank];
    while (at != NONE && words[at] != word) {
      at = earlier[at];
    }
    return at != NONE;
  }
}
