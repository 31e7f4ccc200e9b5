package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.has;

import java.lang.foreign.MemorySegment;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Warp;

/**
 * What concerns the blocks of a cluster: each block is a cluster of its own, of rank 0.
 *
 * <p>{@code clusterlaunchcontrol} takes blocks of the grid that have not started, so that a block can do the work of
 * others (PTX ISA 9.7.13.18). The response, which PTX leaves opaque, has x in bits 0 to 31, y and z in 16 bits each
 * behind it, and in its upper half 1 if there was a block to take.
 */
public final class Clusters {
  private static final int RESPONSE = 16;

  private Clusters() {}

  private static void requireOwn(Warp w, int m, int rank, int site) {
    for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
      int lane = Integer.numberOfTrailingZeros(lanes);
      if (w.words[rank + lane] != 0) {
        String number = Integer.toUnsignedString(w.words[rank + lane]);
        throw w.fault(
            KernelFault.Kind.OUT_OF_BOUNDS, site, lane,
            "out of bounds: rank " + number + " in a cluster that has one block");
      }
    }
  }

  /** {@code mapa}, 32 bits: the address of the same place in the block of a rank. */
  public static void map(Warp w, int m, int d, int a, int rank, int site) {
    requireOwn(w, m, rank, site);
    Moves.word(w, m, d, a);
  }

  /** {@code mapa}, 64 bits. */
  public static void mapWide(Warp w, int m, int d, int a, int rank, int site) {
    requireOwn(w, m, rank, site);
    Moves.wide(w, m, d, a);
  }

  /** {@code getctarank} of an address of 32 bits. */
  public static void rank(Warp w, int m, int d, int a) {
    zero(w, m, d);
  }

  /** {@code getctarank} of an address of 64 bits. */
  public static void rankWide(Warp w, int m, int d, int a) {
    zero(w, m, d);
  }

  private static void zero(Warp w, int m, int d) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        w.words[d + l] = 0;
      }
    }
  }

  /** {@code clusterlaunchcontrol.try_cancel}: takes a block; the response is written when the mbarrier is asked. */
  public static void tryCancel(
      Warp w, int m, int to, int toOffset, int toSpace, int bar, int barOffset, int barSpace, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
      long address = Spans.address(w, lane, to, toOffset, toSpace);
      long target = Spans.shared(w, lane, address, toSpace, RESPONSE, RESPONSE, site, true);
      long block = w.block.takeBlock();
      KernelFault.Index index = w.block.index(Math.max(0, block));
      long low = index.x() | (long) index.y() << 32 | (long) index.z() << 48;
      w.block.transactions().add(
          barrier,
          () -> {
            MemorySegment shared = w.block.shared();
            shared.set(Loads.LONG_LAYOUT, target, block < 0 ? 0 : low);
            shared.set(Loads.LONG_LAYOUT, target + 8, block < 0 ? 0 : 1);
            Mbarriers.completeTransaction(w, barrier, RESPONSE, lane, site);
          });
    }
  }

  /** {@code is_canceled}: whether a response holds a block; {@code high} is its upper half. */
  public static void isCanceled(Warp w, int m, int d, int high) {
    int bits = 0;
    for (int l = 0; l < WARP; l++) {
      bits |= w.longs[high + l] == 1 ? 1 << l : 0;
    }
    Predicates.put(w, m, d, bits);
  }

  /**
   * {@code get_first_ctaid}: a response's block; {@code low} is its lower half, {@code dimension} 1 to 3 for x to z.
   */
  public static void firstBlock(Warp w, int m, int d, int low, int dimension) {
    for (int l = 0; l < WARP; l++) {
      if (has(m, l)) {
        long response = w.longs[low + l];
        w.words[d + l] =
            switch (dimension) {
              case 1 -> (int) response;
              case 2 -> (int) (response >>> 32) & 0xffff;
              default -> (int) (response >>> 48);
            };
      }
    }
  }
}
