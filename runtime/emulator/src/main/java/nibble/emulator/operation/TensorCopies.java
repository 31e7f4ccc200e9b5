package nibble.emulator.operation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.BulkGroups;
import nibble.emulator.execute.CopyEnd;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.Space;
import nibble.emulator.tma.Box;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorDescriptor;

/**
 * {@code cp.async.bulk.tensor}: each lane copies a box of a tensor that a tensor map describes (PTX ISA 9.7.9.27).
 * Operand {@code map} is a register with the map's generic address, {@code coordinates} a list of registers.
 */
public final class TensorCopies {
  private static final int CHUNK = 16;
  private static final int ALIGNMENT = 128;
  private static final byte NAN = -1;

  private TensorCopies() {}

  // Maps and boxes

  static TensorDescriptor map(Warp w, int lane, int map, int offset, int site) {
    long address = w.longs[map + lane] + offset;
    Spans span =
        Spans.of(
            w, lane, Space.GENERIC, address, TensorDescriptor.BYTES, TensorDescriptor.ALIGNMENT, site, false);
    byte[] bytes = new byte[TensorDescriptor.BYTES];
    MemorySegment.copy(span.memory(), ValueLayout.JAVA_BYTE, span.offset(), bytes, 0, bytes.length);
    try {
      return TensorDescriptor.decode(bytes);
    } catch (IllegalArgumentException illegal) {
      throw fault(w, lane, site, "bad tensor map: " + illegal.getMessage());
    }
  }

  private static KernelFault fault(Warp w, int lane, int site, String cause) {
    return w.fault(KernelFault.Kind.BAD_TENSOR_MAP, site, lane, cause);
  }

  /** The box at the lane's coordinates; {@code rows} whether these are a column and the numbers of rows. */
  private static Box box(Warp w, int lane, TensorDescriptor map, int coordinates, boolean rows, int site) {
    int[] registers = w.lists[coordinates];
    int[] values = Arrays.stream(registers).map(register -> w.words[register + lane]).toArray();
    if (rows) {
      if (map.rank() != 2 || map.box()[1] != 1) {
        throw fault(w, lane, site, "rows are gathered from a matrix, with a box of one row, not from " + map);
      }
      return Box.ofRows(map, values[0], Arrays.copyOfRange(values, 1, values.length));
    }
    if (map.rank() != values.length) {
      throw fault(w, lane, site, values.length + " coordinates for a tensor of " + map.rank() + " dimensions");
    }
    return Box.at(map, values);
  }

  private static long shared(
      Warp w, int lane, TensorDescriptor map, Box box, int register, int offset, int space, int site, boolean writes) {
    long address = Spans.address(w, lane, register, offset, space);
    int span = Math.max(1, map.swizzle().span());
    long bytes = (box.bytes() + span - 1) / span * span;
    return Spans.shared(w, lane, address, space, bytes, ALIGNMENT, site, writes);
  }

  /** Copies between a box's bytes, row behind row, and shared memory, where the map's swizzle places them. */
  private static void place(MemorySegment shared, long at, byte[] data, Swizzle swizzle, boolean writes) {
    int step = swizzle == Swizzle.NONE ? data.length : CHUNK;
    for (int i = 0; i < data.length; i += step) {
      long chunk = swizzle.place(at + i);
      if (writes) {
        MemorySegment.copy(data, i, shared, ValueLayout.JAVA_BYTE, chunk, step);
      } else {
        MemorySegment.copy(shared, ValueLayout.JAVA_BYTE, chunk, data, i, step);
      }
    }
  }

  // Loads

  /** Loads a box; an mbarrier counts the bytes, those outside of the tensor, too. */
  public static void load(
      Warp w, int m, int to, int toOffset, int toSpace, int map, int mapOffset, int coordinates, int bar,
      int barOffset, int barSpace, int rows, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      TensorDescriptor tensor = map(w, lane, map, mapOffset, site);
      Box box = box(w, lane, tensor, coordinates, rows != 0, site);
      byte[] data = gather(w, lane, tensor, box, site);
      Runnable sourceFree = rows(w, lane, box, CopyEnd.Role.SOURCE, site);
      long target = shared(w, lane, tensor, box, to, toOffset, toSpace, site, true);
      long barrier = Mbarriers.place(w, lane, bar, barOffset, barSpace, site);
      Runnable told = bulk(w, lane, tensor.swizzle(), target, data.length, barrier, site);
      w.block.transactions().add(
          barrier,
          () -> {
            place(w.block.shared(), target, data, tensor.swizzle(), true);
            sourceFree.run();
            told.run();
            Mbarriers.completeTransaction(w, barrier, data.length, lane, site);
          });
    }
  }

  private static Runnable bulk(
      Warp w, int lane, Swizzle swizzle, long target, int bytes, long barrier, int site) {
    int step = swizzle == Swizzle.NONE ? bytes : CHUNK;
    return Watch.bulk(w, lane, starts(swizzle, target, bytes, step), step, barrier, site);
  }

  /** Where in shared memory the pieces of a box lie. */
  private static long[] starts(Swizzle swizzle, long box, int bytes, int step) {
    long[] starts = new long[step == 0 ? 0 : bytes / step];
    Arrays.setAll(starts, i -> swizzle.place(box + (long) i * step));
    return starts;
  }

  /** {@link #load} to the blocks of the cluster that register {@code blocks} names. */
  public static void loadMulticast(
      Warp w, int m, int to, int toOffset, int toSpace, int map, int mapOffset, int coordinates, int bar,
      int barOffset, int barSpace, int blocks, int rows, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      BulkCopies.requireOwn(w, Integer.numberOfTrailingZeros(rest), blocks, site);
    }
    load(w, m, to, toOffset, toSpace, map, mapOffset, coordinates, bar, barOffset, barSpace, rows, site);
  }

  private static byte[] gather(Warp w, int lane, TensorDescriptor map, Box box, int site) {
    byte[] data = new byte[box.bytes()];
    if (map.fillsNan()) {
      Arrays.fill(data, NAN);
    }
    for (int row = 0; row < box.rows(); row++) {
      if (box.isInside(row)) {
        Spans span = Spans.of(w, lane, Space.GLOBAL, box.address(row), box.length(), 1, site, false);
        int at = row * map.rowBytes() + box.first();
        MemorySegment.copy(span.memory(), ValueLayout.JAVA_BYTE, span.offset(), data, at, box.length());
        Watch.span(w, lane, box.length(), false, site);
        w.profile.globalBytesRead += box.length();
        if (map.element().isFlushed()) {
          flush(data, at, box.length());
        }
      }
    }
    return data;
  }

  private static void flush(byte[] data, int at, int length) {
    for (int i = at; i < at + length; i += 4) {
      boolean isSubnormal = (data[i + 3] & 0x7f) == 0 && data[i + 2] >= 0;
      if (isSubnormal) {
        data[i] = 0;
        data[i + 1] = 0;
        data[i + 2] = 0;
      }
    }
  }

  // Stores

  /** Stores a box, in a bulk group. What is outside of the tensor is not written. */
  public static void store(
      Warp w, int m, int map, int mapOffset, int coordinates, int from, int fromOffset, int fromSpace, int rows,
      int site) {
    store(w, m, map, mapOffset, coordinates, from, fromOffset, fromSpace, rows, 0, site);
  }

  /** Adds a box to a tensor, or reduces it otherwise: by the choice of {@code add min max inc dec and or xor}. */
  public static void reduce(
      Warp w, int m, int map, int mapOffset, int coordinates, int from, int fromOffset, int fromSpace, int rows,
      int operation, int site) {
    store(w, m, map, mapOffset, coordinates, from, fromOffset, fromSpace, rows, operation, site);
  }

  private static void requireReducible(Warp w, int lane, TensorDescriptor map, int operation, int site) {
    try {
      Reductions.function(operation, map.element().type());
    } catch (IllegalArgumentException unknown) {
      throw fault(w, lane, site, "elements of " + map + " cannot be reduced so");
    }
  }

  private static void store(
      Warp w, int m, int map, int mapOffset, int coordinates, int from, int fromOffset, int fromSpace, int rows,
      int operation, int site) {
    for (int rest = m; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      TensorDescriptor tensor = map(w, lane, map, mapOffset, site);
      Box box = box(w, lane, tensor, coordinates, rows != 0, site);
      if (operation != 0) {
        requireReducible(w, lane, tensor, operation, site);
      }
      long source = shared(w, lane, tensor, box, from, fromOffset, fromSpace, site, false);
      long[] chunks = starts(tensor.swizzle(), source, box.bytes(), CHUNK);
      Watch.chunks(w, lane, chunks, CHUNK, site);
      Runnable sourceFree =
          Watch.held(w, new CopyEnd(w, lane, CopyEnd.Role.SOURCE, true, chunks, CHUNK, site));
      Spans[] targets = new Spans[box.rows()];
      for (int row = 0; row < targets.length; row++) {
        targets[row] =
            box.isInside(row)
                ? target(w, lane, box, row, operation, site)
                : null;
        w.profile.globalBytesWritten += targets[row] == null ? 0 : box.length();
      }
      CopyEnd.Role role = operation == 0 ? CopyEnd.Role.TARGET : CopyEnd.Role.REDUCED;
      Store store = new Store(w.block.shared(), source, tensor, box, targets, operation);
      w.bulkGroups.issue(lane, store, sourceFree, rows(w, lane, box, role, site));
    }
  }

  /** Tells that a copy needs a box's rows in global memory; gives what tells that it no longer does. */
  private static Runnable rows(Warp w, int lane, Box box, CopyEnd.Role role, int site) {
    if (w.block.observer() == Observer.BlockObserver.NONE) {
      return Watch.nobody();
    }
    long[] starts = IntStream.range(0, box.rows()).filter(box::isInside).mapToLong(box::address).toArray();
    return Watch.held(w, new CopyEnd(w, lane, role, false, starts, box.length(), site));
  }

  private static Spans target(Warp w, int lane, Box box, int row, int operation, int site) {
    Spans target = Spans.of(w, lane, Space.GLOBAL, box.address(row), box.length(), 1, site, true);
    if (operation == 0) {
      Watch.span(w, lane, box.length(), true, site);
    } else {
      Watch.reduced(w, lane, box.length(), site);
    }
    return target;
  }

  /** A box on its way to global memory. */
  private static final class Store implements BulkGroups.Copy {
    private final MemorySegment shared;
    private final long source;
    private final TensorDescriptor map;
    private final Box box;
    private final Spans[] targets;
    private final int operation;
    private final byte[] data;

    Store(MemorySegment shared, long source, TensorDescriptor map, Box box, Spans[] targets, int operation) {
      this.shared = shared;
      this.source = source;
      this.map = map;
      this.box = box;
      this.targets = targets;
      this.operation = operation;
      this.data = new byte[box.bytes()];
    }

    @Override
    public void read() {
      place(shared, source, data, map.swizzle(), false);
    }

    @Override
    public void write() {
      for (int row = 0; row < targets.length; row++) {
        Spans to = targets[row];
        int at = row * map.rowBytes() + box.first();
        if (to != null && operation == 0) {
          MemorySegment.copy(data, at, to.memory(), ValueLayout.JAVA_BYTE, to.offset(), box.length());
        } else if (to != null) {
          Reductions.apply(operation, map.element().type(), data, at, to, box.length());
        }
      }
    }
  }

  /** {@code prefetch.tensormap}, {@code cp.async.bulk.prefetch.tensor}: nothing, for there is no cache. */
  public static void prefetch(Warp w, int m, int map, int mapOffset, int coordinates) {}
}
