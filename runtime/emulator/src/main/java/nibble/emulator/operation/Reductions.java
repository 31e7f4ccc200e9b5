package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import nibble.emulator.execute.BulkGroups;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Warp;
import nibble.emulator.model.PtxType;

/**
 * {@code cp.reduce.async.bulk}: stretches of shared memory that are added to others, or reduced otherwise, element by
 * element; each element is changed atomically. An operation is the choice of {@code add min max inc dec and or xor}.
 */
public final class Reductions {
  private static final List<String> NAMES = List.of("add", "min", "max", "inc", "dec", "and", "or", "xor");
  private static final List<String> FUNCTIONS =
      List.of("ADD", "MIN", "MAX", "INCREMENT", "DECREMENT", "AND", "OR", "XOR");
  private static final PtxType[] TYPES = PtxType.values();
  private static final int ALIGNMENT = 16;

  private Reductions() {}

  /** The number of an operation, from one. */
  public static int number(String operation) {
    return 1 + NAMES.indexOf(operation);
  }

  /**
   * What an operation on elements of a type does.
   *
   * @throws IllegalArgumentException if there is no such operation
   */
  static AtomicFunction function(int operation, PtxType type) {
    String name = FUNCTIONS.get(operation - 1);
    boolean isSized = operation <= 3;
    boolean isInteger = type.kind() != PtxType.Kind.FLOAT;
    String suffix = operation == 1 && isInteger ? "B" + type.bits() : type.name();
    return AtomicFunction.valueOf(isSized ? name + "_" + suffix.toUpperCase(Locale.ROOT) : name);
  }

  /** Reduces bytes into memory. */
  static void apply(int operation, PtxType type, byte[] data, int from, Spans to, int length) {
    AtomicFunction f = function(operation, type);
    ByteBuffer source = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    int bytes = type.bytes();
    for (int i = 0; i < length; i += bytes) {
      long at = to.offset() + i;
      switch (bytes) {
        case 2 -> Atomics.updateHalf(to.memory(), at, f, source.getShort(from + i) & 0xffff, 0);
        case 4 -> Atomics.update(to.memory(), at, f, source.getInt(from + i), 0, true);
        default -> Atomics.update(to.memory(), at, f, source.getLong(from + i), 0L);
      }
    }
  }

  /** {@code cp.reduce.async.bulk} to global memory, in a bulk group. */
  public static void toGlobal(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size,
      int operation, int type, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int bytes = BulkCopies.bytes(w, lane, size, site);
      if (bytes > 0) {
        long source = source(w, lane, from, fromOffset, fromSpace, bytes, site);
        Runnable sourceFree = Watch.end(w, lane, bytes, CopyEnd.Role.SOURCE, site);
        long address = Spans.address(w, lane, to, toOffset, toSpace);
        Spans target = Spans.of(w, lane, toSpace, address, bytes, ALIGNMENT, site, true);
        Runnable targetDone = Watch.end(w, lane, bytes, CopyEnd.Role.REDUCED, site);
        w.profile.globalBytesWritten += bytes;
        Copy copy = new Copy(w.block.shared(), source, target, new byte[bytes], operation, TYPES[type]);
        w.bulkGroups.issue(lane, copy, sourceFree, targetDone);
      }
    }
  }

  private record Copy(
      MemorySegment shared, long source, Spans target, byte[] data, int operation, PtxType type)
      implements BulkGroups.Copy {
    @Override
    public void read() {
      MemorySegment.copy(shared, ValueLayout.JAVA_BYTE, source, data, 0, data.length);
    }

    @Override
    public void write() {
      apply(operation, type, data, 0, target, data.length);
    }
  }

  /** {@code cp.reduce.async.bulk} to shared memory; an mbarrier counts the bytes. */
  public static void toShared(
      Warp w, int m, int to, int toOffset, int toSpace, int from, int fromOffset, int fromSpace, int size, int bar,
      int barOffset, int barSpace, int operation, int type, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int bytes = BulkCopies.bytes(w, lane, size, site);
      long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
      byte[] data = new byte[bytes];
      Spans[] target = {new Spans(w.block.shared(), 0)};
      Runnable[] ends = {Watch.nobody(), Watch.nobody()};
      if (bytes > 0) {
        long source = source(w, lane, from, fromOffset, fromSpace, bytes, site);
        ends[0] = Watch.end(w, lane, bytes, CopyEnd.Role.SOURCE, site);
        MemorySegment.copy(w.block.shared(), ValueLayout.JAVA_BYTE, source, data, 0, bytes);
        long address = Spans.address(w, lane, to, toOffset, toSpace);
        target[0] =
            new Spans(w.block.shared(), Spans.shared(w, lane, address, toSpace, bytes, ALIGNMENT, site, true));
        ends[1] = Watch.end(w, lane, bytes, CopyEnd.Role.REDUCED, site);
      }
      Runnable told = Watch.counted(w, lane, barrier);
      w.block.transactions().add(
          barrier,
          () -> {
            apply(operation, TYPES[type], data, 0, target[0], data.length);
            ends[0].run();
            ends[1].run();
            told.run();
            Mbarriers.completeTransaction(w, barrier, data.length, lane, site);
          });
    }
  }

  private static long source(Warp w, int lane, int from, int offset, int space, int bytes, int site) {
    long address = Spans.address(w, lane, from, offset, space);
    return Spans.shared(w, lane, address, space, bytes, ALIGNMENT, site, false);
  }
}
