package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;

import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.tensor.TileAccess;

/** {@code wmma.load} and {@code wmma.store}: fragments between memory and registers, register by register. */
public final class WarpMatrices {
  private WarpMatrices() {}

  /** What is done with the lanes of a round, for one part of one register. */
  @FunctionalInterface
  private interface Transfer {
    void move(AddressResolver resolver, int lane, int register, int e);
  }

  private static void each(
      Warp w, int m, TileAccess fragment, int registers, int bytes, int a, int offset, int stride, int space,
      int site, boolean writes, Transfer transfer) {
    if (!Matrices.isExecuted(w, m, site)) {
      return;
    }
    int parts = 8 * bytes == fragment.bits() ? fragment.map().perRegister() : 1;
    long[] addresses = new long[WARP];
    for (int r = 0; r < registers; r++) {
      for (int e = 0; e < parts; e++) {
        for (int lane = 0; lane < WARP; lane++) {
          long bits = fragment.offset(r, lane, e, w.words[stride + lane]);
          addresses[lane] = w.longs[a + lane] + offset + bits / 8;
        }
        for (int rest = -1; rest != 0; ) {
          int now = w.resolver.resolve(rest, space, addresses, bytes, site, writes);
          Watch.resolved(w, now, writes, bytes, site);
          for (int lanes = now; lanes != 0; lanes &= lanes - 1) {
            transfer.move(w.resolver, Integer.numberOfTrailingZeros(lanes), r, e);
          }
          rest &= ~now;
        }
      }
    }
  }

  /** Elements of a register that are neighbours in memory are moved together. */
  private static int bytes(TileAccess fragment) {
    return fragment.isPacked() ? 4 : fragment.bits() / 8;
  }

  /** Loads a fragment of elements of up to 32 bits. */
  public static void load(Warp w, int m, int plan, int list, int a, int offset, int stride, int space, int site) {
    TileAccess fragment = (TileAccess) w.plans[plan];
    int[] targets = w.lists[list];
    int bytes = bytes(fragment);
    int[] loaded = new int[targets.length * WARP];
    each(
        w, m, fragment, targets.length, bytes, a, offset, stride, space, site, false,
        (resolver, lane, r, e) -> {
          int part = Loads.part(resolver.segment(), resolver.offsets()[lane], bytes);
          int keep = bytes == 4 ? -1 : (1 << 8 * bytes) - 1;
          loaded[r * WARP + lane] |= (part & keep) << 8 * bytes * e;
        });
    for (int r = 0; r < targets.length && m != 0; r++) {
      System.arraycopy(loaded, r * WARP, w.words, targets[r], WARP);
    }
  }

  /** Loads a fragment of doubles. */
  public static void loadWide(
      Warp w, int m, int plan, int list, int a, int offset, int stride, int space, int site) {
    int[] targets = w.lists[list];
    each(
        w, m, (TileAccess) w.plans[plan], targets.length, 8, a, offset, stride, space, site, false,
        (resolver, lane, r, e) ->
            w.longs[targets[r] + lane] = resolver.segment().get(Loads.LONG_LAYOUT, resolver.offsets()[lane]));
  }

  /** Stores a fragment of elements of up to 32 bits. */
  public static void store(Warp w, int m, int plan, int list, int a, int offset, int stride, int space, int site) {
    TileAccess fragment = (TileAccess) w.plans[plan];
    int[] sources = w.lists[list];
    int bytes = bytes(fragment);
    each(
        w, m, fragment, fragment.distinct(), bytes, a, offset, stride, space, site, true,
        (resolver, lane, r, e) ->
            Stores.part(
                resolver.segment(), resolver.offsets()[lane], bytes, w.words[sources[r] + lane] >>> 8 * bytes * e));
  }

  /** Stores a fragment of doubles. */
  public static void storeWide(
      Warp w, int m, int plan, int list, int a, int offset, int stride, int space, int site) {
    int[] sources = w.lists[list];
    each(
        w, m, (TileAccess) w.plans[plan], sources.length, 8, a, offset, stride, space, site, true,
        (resolver, lane, r, e) ->
            resolver.segment().set(Loads.LONG_LAYOUT, resolver.offsets()[lane], w.longs[sources[r] + lane]));
  }
}
