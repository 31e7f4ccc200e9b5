package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.lang.foreign.MemorySegment;
import nibble.emulator.execute.Warp;

/**
 * Parameters of calls, which are variables in each thread's local memory at addresses that the linker has chosen.
 */
public final class CallParameters {
  private CallParameters() {}

  private static MemorySegment local(Warp w) {
    return w.block.local(w.index);
  }

  private static long size(Warp w) {
    return w.block.launch().code().localBytes();
  }

  /** Copies a variable. */
  public static void copy(Warp w, int m, int to, int from, int bytes) {
    MemorySegment local = local(w);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        MemorySegment.copy(local, l * size(w) + from, local, l * size(w) + to, bytes);
      }
    }
  }

  /** Writes a register of up to 32 bits to a variable. */
  public static void storeWord(Warp w, int m, int s, int to, int bytes) {
    MemorySegment local = local(w);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        Stores.part(local, l * size(w) + to, bytes, w.words[s + l]);
      }
    }
  }

  /** Writes a register of 64 bits to a variable. */
  public static void storeWide(Warp w, int m, int s, int to, int bytes) {
    MemorySegment local = local(w);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        local.set(Loads.LONG_LAYOUT, l * size(w) + to, w.longs[s + l]);
      }
    }
  }

  /** Reads a register of up to 32 bits from a variable. */
  public static void loadWord(Warp w, int m, int d, int from, int bytes) {
    MemorySegment local = local(w);
    int keep = bytes == 4 ? -1 : (1 << 8 * bytes) - 1;
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = Loads.part(local, l * size(w) + from, bytes) & keep;
      }
    }
  }

  /** Reads a register of 64 bits from a variable. */
  public static void loadWide(Warp w, int m, int d, int from, int bytes) {
    MemorySegment local = local(w);
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = local.get(Loads.LONG_LAYOUT, l * size(w) + from);
      }
    }
  }
}
