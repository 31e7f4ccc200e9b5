package nibble.emulator.execute;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The {@code cp.async} copies that a warp's threads have under way.
 *
 * <p>What a copy reads is taken when it is issued; what it writes appears when its thread waits for its group, and no
 * sooner, so a kernel that forgets to wait computes with what was there before.
 */
public final class AsyncCopies {
  /**
   * The copies of one instruction by lanes whose group has the same number.
   *
   * @param isWhole whether nobody else has its arrays
   */
  private record Batch(
      int number, int group, int lanes, long[] destinations, byte[] data, int bytes, boolean isWhole) {}

  /** The largest copies, which are those of quick kernels. */
  private static final VectorSpecies<Byte> WHOLE = ByteVector.SPECIES_128;

  private final Warp warp;
  private final ThreadBlock block;
  private final Deque<Batch> pending = new ArrayDeque<>();

  /** How many groups each lane has committed; copies join the group of this number. */
  private final int[] committed = new int[WARP];

  /** Arrays of finished copies, to be used again: fresh memory for each would cost as much as the rest of a copy. */
  private final Deque<long[]> freeDestinations = new ArrayDeque<>();
  private final Deque<byte[]> freeData = new ArrayDeque<>();

  /** How many batches were issued. */
  private int issued;

  AsyncCopies(Warp warp) {
    this.warp = warp;
    this.block = warp.block;
  }

  void clear() {
    pending.clear();
    Arrays.fill(committed, 0);
  }

  /** An array for destinations of copies that are to be issued; it may hold anything. */
  public long[] destinations() {
    return freeDestinations.isEmpty() ? new long[WARP] : freeDestinations.removeLast();
  }

  /** An array for data of copies that are to be issued, {@code bytes} for each lane; it may hold anything. */
  public byte[] data(int bytes) {
    byte[] free = freeData.pollLast();
    return free != null && free.length == bytes * WARP ? free : new byte[bytes * WARP];
  }

  /**
   * Issues copies.
   *
   * @param destinations offsets in shared memory by lane, from {@link #destinations()}
   * @param data what is to be written, {@code bytes} for each lane, from {@link #data(int)}
   */
  public void issue(int lanes, long[] destinations, byte[] data, int bytes) {
    int rest = lanes;
    while (rest != 0) {
      int group = committed[Integer.numberOfTrailingZeros(rest)];
      int same = committed(group) & ~committed(group + 1);
      pending.addLast(
          new Batch(issued++, group, rest & same, destinations, data, bytes, (lanes & ~same) == 0));
      rest &= ~same;
    }
  }

  /** A number that tells the copies issued so far from those to come. */
  public int issued() {
    return issued;
  }

  /** Completes what the lanes had issued when {@link #issued} gave the number. */
  public void waitIssued(int lanes, int number) {
    for (int count = pending.size(); count > 0; count--) {
      Batch batch = pending.removeFirst();
      finish(batch, batch.number - number < 0 ? batch.lanes & lanes : 0);
    }
  }

  /** Ends the lanes' current groups. */
  public void commit(int lanes) {
    for (int lane = 0; lane < WARP; lane++) {
      committed[lane] += lanes >>> lane & 1;
    }
  }

  /** The lanes that have committed so many groups or more. */
  private int committed(int count) {
    int lanes = 0;
    for (int lane = 0; lane < WARP; lane += WORDS) {
      lanes |= (int) IntVector.fromArray(WORD, committed, lane).compare(VectorOperators.GE, count).toLong() << lane;
    }
    return lanes;
  }

  /** Completes all groups of the lanes but the newest {@code allowed}. */
  public void waitGroup(int lanes, int allowed) {
    complete(lanes, 1 + allowed);
  }

  /** Completes everything that the lanes have issued. */
  public void waitAll(int lanes) {
    complete(lanes, 0);
  }

  private void complete(int lanes, int behind) {
    for (int count = pending.size(); count > 0; count--) {
      Batch batch = pending.removeFirst();
      finish(batch, batch.lanes & lanes & committed(batch.group + behind));
    }
  }

  /** Writes some lanes' part of a batch that was taken out; the rest goes on waiting. */
  private void finish(Batch batch, int done) {
    if (done == 0) {
      pending.addLast(batch);
      return;
    }
    write(batch, done);
    int left = batch.lanes & ~done;
    if (left != 0) {
      pending.addLast(
          new Batch(batch.number, batch.group, left, batch.destinations, batch.data, batch.bytes, batch.isWhole));
    } else if (batch.isWhole) {
      freeDestinations.addLast(batch.destinations);
      freeData.addLast(batch.data);
    }
  }

  /** The byte that the latest copy under way will write to an offset of shared memory; -1 where none will. */
  int underWay(long offset) {
    int found = -1;
    for (Batch batch : pending) {
      for (int rest = batch.lanes; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        long index = offset - batch.destinations[lane];
        found = index >= 0 && index < batch.bytes ? batch.data[lane * batch.bytes + (int) index] & 0xff : found;
      }
    }
    return found;
  }

  private void write(Batch batch, int lanes) {
    block.observer().copyCompleted(warp, lanes, batch.destinations, batch.bytes);
    MemorySegment shared = block.shared();
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int from = lane * batch.bytes;
      long to = batch.destinations[lane];
      if (batch.bytes == WHOLE.length()) {
        ByteVector.fromArray(WHOLE, batch.data, from).intoMemorySegment(shared, to, ByteOrder.LITTLE_ENDIAN);
      } else {
        MemorySegment.copy(batch.data, from, shared, ValueLayout.JAVA_BYTE, to, batch.bytes);
      }
    }
  }
}
