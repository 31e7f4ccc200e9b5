package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.BulkGroups;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.Space;

/**
 * {@code cp.async.bulk}: each lane copies a stretch of memory, which an mbarrier tells or a bulk group (PTX ISA
 * 9.7.9.25). Copies to shared memory read at once, and write when the mbarrier is asked; see {@link BulkGroups} for
 * those out of it.
 */
public final class BulkCopies {
  private static final int ALIGNMENT = 16;
  private static final int OWN = 1;

  private BulkCopies() {}

  /** How many bytes a lane copies. */
  static int bytes(Warp w, int lane, int size, int site) {
    int bytes = w.words[size + lane];
    if (bytes < 0 || bytes % ALIGNMENT != 0) {
      throw w.fault(
          KernelFault.Kind.MISALIGNED, site, lane,
          "misaligned: a bulk copy has a multiple of 16 bytes, not " + Integer.toUnsignedString(bytes));
    }
    return bytes;
  }

  /** The blocks of the cluster that a copy is for: there is only this one, which must be among them. */
  static void requireOwn(Warp w, int lane, int blocks, int site) {
    if ((w.words[blocks + lane] & 0xffff) != OWN) {
      throw w.fault(
          KernelFault.Kind.OUT_OF_BOUNDS, site, lane,
          String.format(
              "out of bounds: a copy for blocks 0x%x of a cluster that has one block", w.words[blocks + lane]));
    }
  }

  /** To shared memory; an mbarrier counts the bytes. */
  public static void load(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size, int bar,
      int barOffset, int barSpace, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int bytes = bytes(w, lane, size, site);
      long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
      byte[] data = new byte[bytes];
      long target = 0;
      Runnable sourceFree = Watch.nobody();
      if (bytes > 0) {
        long source = Spans.address(w, lane, from, fromOffset, fromSpace);
        Spans span = Spans.of(w, lane, fromSpace, source, bytes, ALIGNMENT, site, false);
        MemorySegment.copy(span.memory(), ValueLayout.JAVA_BYTE, span.offset(), data, 0, bytes);
        sourceFree = Watch.end(w, lane, bytes, CopyEnd.Role.SOURCE, site);
        target =
            Spans.shared(
                w, lane, Spans.address(w, lane, to, toOffset, toSpace), toSpace, bytes, ALIGNMENT, site, true);
        w.profile.globalBytesRead += (fromSpace & ~Space.NARROW) == Space.GLOBAL ? bytes : 0;
      }
      deliver(w, lane, barrier, data, target, sourceFree, site);
    }
  }

  private static void deliver(
      Warp w, int lane, long barrier, byte[] data, long target, Runnable sourceFree, int site) {
    Runnable told = Watch.bulk(w, lane, new long[] {target}, data.length, barrier, site);
    w.block.transactions().add(
        barrier,
        () -> {
          MemorySegment.copy(data, 0, w.block.shared(), ValueLayout.JAVA_BYTE, target, data.length);
          sourceFree.run();
          told.run();
          Mbarriers.completeTransaction(w, barrier, data.length, lane, site);
        });
  }

  /** {@link #load} to the blocks of the cluster that register {@code blocks} names. */
  public static void loadMulticast(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size, int bar,
      int barOffset, int barSpace, int blocks, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      requireOwn(w, Integer.numberOfTrailingZeros(rest), blocks, site);
    }
    load(w, m, to, toOffset, toSpace, from, fromOffset, fromSpace, size, bar, barOffset, barSpace, site);
  }

  /** Out of shared memory, all bytes; see {@link #storeMasked}. */
  public static void store(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      store(w, lane, to, toOffset, toSpace, from, fromOffset, fromSpace, bytes(w, lane, size, site), 0xffff, site);
    }
  }

  /** Out of shared memory, in a bulk group; of each 16 bytes those that register {@code kept} has bits for. */
  public static void storeMasked(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size, int kept,
      int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int bytes = bytes(w, lane, size, site);
      store(w, lane, to, toOffset, toSpace, from, fromOffset, fromSpace, bytes, w.words[kept + lane], site);
    }
  }

  private static void store(
      Warp w, int lane, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int bytes,
      int kept, int site) {
    if (bytes == 0) {
      return;
    }
    long source =
        Spans.shared(
            w, lane, Spans.address(w, lane, from, fromOffset, fromSpace), fromSpace, bytes, ALIGNMENT, site, false);
    Runnable sourceFree = Watch.end(w, lane, bytes, CopyEnd.Role.SOURCE, site);
    long address = Spans.address(w, lane, to, toOffset, toSpace);
    Spans target = Spans.of(w, lane, toSpace, address, bytes, ALIGNMENT, site, true);
    Runnable targetDone =
        (kept & 0xffff) == 0xffff ? Watch.end(w, lane, bytes, CopyEnd.Role.TARGET, site) : Watch.nobody();
    w.profile.globalBytesWritten += bytes;
    byte[] data = new byte[bytes];
    w.bulkGroups.issue(
        lane,
        new BulkGroups.Copy() {
          @Override
          public void read() {
            MemorySegment.copy(w.block.shared(), ValueLayout.JAVA_BYTE, source, data, 0, bytes);
          }

          @Override
          public void write() {
            if ((kept & 0xffff) == 0xffff) {
              MemorySegment.copy(data, 0, target.memory(), ValueLayout.JAVA_BYTE, target.offset(), bytes);
              return;
            }
            for (int i = 0; i < bytes; i++) {
              if ((kept >>> (i & 15) & 1) != 0) {
                target.memory().set(ValueLayout.JAVA_BYTE, target.offset() + i, data[i]);
              }
            }
          }
        },
        sourceFree, targetDone);
  }

  /** {@code cp.async.bulk.prefetch}: nothing, for there is no cache. */
  public static void prefetch(Warp w, int m, int from, int fromOffset, int fromSpace, int size) {}

  /** {@code cp.async.bulk.commit_group}. */
  public static void commit(Warp w, int m) {
    w.bulkGroups.commit(m);
  }

  /** {@code cp.async.bulk.wait_group}; {@code read} whether the copies need only have read. */
  public static void waitGroup(Warp w, int m, int allowed, int read) {
    w.bulkGroups.await(m, allowed, read != 0);
  }

  /** {@code st.bulk}: zero bytes in shared memory; {@code size} is a register of 64 bits. */
  public static void fill(Warp w, int m, int to, int toOffset, int toSpace, int size, int value, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      long bytes = w.longs[size + lane];
      if (bytes != 0) {
        long address = Spans.address(w, lane, to, toOffset, toSpace);
        long at = Spans.shared(w, lane, address, toSpace, bytes, 8, site, true);
        Watch.span(w, lane, bytes, true, site);
        w.block.shared().asSlice(at, bytes).fill((byte) 0);
      }
    }
  }
}
