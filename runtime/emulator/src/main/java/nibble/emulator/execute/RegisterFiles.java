package nibble.emulator.execute;

import java.util.ArrayList;
import java.util.List;

/**
 * Arrays for the registers of a launch's warps, handed on from one launch to the next. They hold anything, and may be
 * longer than need be. Safe for threads.
 */
public final class RegisterFiles {
  private final List<int[]> words = new ArrayList<>();
  private final List<long[]> longs = new ArrayList<>();
  private int usedWords;
  private int usedLongs;

  /** The launch is over. */
  public synchronized void recycle() {
    usedWords = 0;
    usedLongs = 0;
  }

  /** An array of so many elements. */
  synchronized int[] words(int count) {
    if (usedWords == words.size()) {
      words.add(new int[count]);
    } else if (words.get(usedWords).length < count) {
      words.set(usedWords, new int[count]);
    }
    return words.get(usedWords++);
  }

  /** An array of so many elements. */
  synchronized long[] longs(int count) {
    if (usedLongs == longs.size()) {
      longs.add(new long[count]);
    } else if (longs.get(usedLongs).length < count) {
      longs.set(usedLongs, new long[count]);
    }
    return longs.get(usedLongs++);
  }
}
