package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import nibble.emulator.execute.Warp;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.memory.Region;

/** {@code isspacep}: which space a generic address is in. */
public final class Addressing {
  private static final int GLOBAL = 1;
  private static final int CONST = 2;
  private static final int LOCAL = 5;
  private static final int PARAM = 6;

  private Addressing() {}

  /**
   * Sets {@code d} where {@code a} is in the space.
   *
   * @param space the choice of {@code global const shared shared::cta local param}
   */
  public static void isSpace(Warp w, int m, int d, int a, int space) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= isSpace(w.block.launch().memory(), w.longs[a + l], space) ? 1 << l : 0;
    }
    Predicates.put(w, m, d, bits);
  }

  private static boolean isSpace(GlobalMemory memory, long address, int space) {
    return switch (space) {
      case GLOBAL, CONST -> {
        Region region = memory.at(address);
        yield region != null && region.isReadOnly() == (space == CONST);
      }
      case LOCAL -> isIn(address, Addresses.LOCAL);
      case PARAM -> isIn(address, Addresses.PARAM);
      default -> isIn(address, Addresses.SHARED);
    };
  }

  private static boolean isIn(long address, long window) {
    return address >= window && address < window + Addresses.WINDOW;
  }

  /** {@code prefetch}: nothing, for there is no cache; the address may be any. */
  public static void prefetch(Warp w, int m, int a, int offset) {}

  /** {@code discard}, {@code applypriority}: nothing; what memory holds afterwards may be what it held before. */
  public static void discard(Warp w, int m, int a, int offset, int bytes) {}

  /** {@code createpolicy} with a fraction. */
  public static void policyOfFraction(Warp w, int m, int d, int fraction) {
    policy(w, m, d);
  }

  /** {@code createpolicy.range}. */
  public static void policyOfRange(Warp w, int m, int d, int a, int offset) {
    policy(w, m, d);
  }

  /** {@code createpolicy}: a policy that no access heeds. */
  public static void policy(Warp w, int m, int d) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.longs[d + l] = 0;
      }
    }
  }
}
