package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;

/**
 * Clock registers. A clock tick is a nanosecond of the machine that this runs on; all lanes of a warp read the same.
 */
public final class Clocks {
  private Clocks() {}

  /** {@code %clock}. */
  public static void low(Warp w, int m, int d) {
    word(w, m, d, (int) w.block.time());
  }

  /** {@code %clock_hi}. */
  public static void high(Warp w, int m, int d) {
    word(w, m, d, (int) (w.block.time() >>> 32));
  }

  /** {@code %clock64}. */
  public static void wide(Warp w, int m, int d) {
    wide(w, m, d, w.block.time());
  }

  /** {@code %globaltimer}. */
  public static void timer(Warp w, int m, int d) {
    wide(w, m, d, timer(w));
  }

  /** {@code %globaltimer_lo}. */
  public static void timerLow(Warp w, int m, int d) {
    word(w, m, d, (int) timer(w));
  }

  /** {@code %globaltimer_hi}. */
  public static void timerHigh(Warp w, int m, int d) {
    word(w, m, d, (int) (timer(w) >>> 32));
  }

  private static long timer(Warp w) {
    return w.block.launch().epoch() + w.block.time();
  }

  private static void word(Warp w, int m, int d, int value) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = value;
      }
    }
  }

  private static void wide(Warp w, int m, int d, long value) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = value;
      }
    }
  }
}
