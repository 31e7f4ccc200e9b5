package nibble.emulator.operation;

import static nibble.emulator.lane.Lanes.WARP;
import static nibble.emulator.lane.Lanes.WORD;
import static nibble.emulator.lane.Lanes.WORDS;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;
import nibble.emulator.memory.AddressResolver;
import nibble.emulator.memory.Space;

/** {@code cp.async}: copies from global to shared memory that complete later; see {@link Warp#asyncCopies}. */
public final class AsyncAccess {
  /** The largest copies, which are those of quick kernels. */
  private static final VectorSpecies<Byte> WHOLE = ByteVector.SPECIES_128;

  private AsyncAccess() {}

  /**
   * Issues copies of {@code bytes} each.
   *
   * @param size register with the number of bytes that are read; the rest is zero
   * @param to shared address register, {@code from} the global one
   */
  public static void copy(
      Warp w, int m, int to, int toOffset, int narrow, int from, int fromOffset, int bytes, int size, int site) {
    if (m == 0) {
      return;
    }
    long[] destinations = w.asyncCopies.destinations();
    AddressResolver resolver = w.resolver;
    int space = Space.SHARED + (narrow != 0 ? Space.NARROW : 0);
    for (int rest = m; rest != 0; ) {
      int now = resolver.store(rest, space, to, toOffset, bytes, site);
      System.arraycopy(resolver.offsets(), 0, destinations, 0, WARP);
      rest &= ~now;
    }
    byte[] data = w.asyncCopies.data(bytes);
    int whole = whole(w, size, bytes);
    if ((m & ~whole) != 0) {
      Arrays.fill(data, (byte) 0);
    }
    // Where nothing is read the address may be any.
    for (int rest = (m & ~whole) == 0 ? m : m & reading(w, size); rest != 0; ) {
      int now = resolver.load(rest, Space.GLOBAL, from, fromOffset, bytes, site);
      tell(w, now, whole, bytes, size, site);
      gather(w, now, whole, bytes, size, data);
      rest &= ~now;
    }
    w.block.observer().copyIssued(w, m, destinations, data, bytes, site);
    w.asyncCopies.issue(m, destinations, data, bytes);
  }

  /** Tells the observer what is read, which may be less than is written. */
  private static void tell(Warp w, int lanes, int whole, int bytes, int size, int site) {
    Observer.BlockObserver observer = w.block.observer();
    if (observer == Observer.BlockObserver.NONE) {
      return;
    }
    if ((lanes & ~whole) == 0) {
      observer.read(w, lanes, w.resolver, bytes, site);
      return;
    }
    for (int rest = lanes; rest != 0; ) {
      int read = read(w, Integer.numberOfTrailingZeros(rest), bytes, size);
      int same = 0;
      for (int l = 0; l < WARP; l++) {
        same |= read(w, l, bytes, size) == read ? 1 << l : 0;
      }
      observer.read(w, rest & same, w.resolver, read, site);
      rest &= ~same;
    }
  }

  private static int read(Warp w, int lane, int bytes, int size) {
    return Math.clamp(w.words[size + lane], 0, bytes);
  }

  private static int reading(Warp w, int size) {
    int reading = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      reading |= (int) IntVector.fromArray(WORD, w.words, size + l).compare(VectorOperators.NE, 0).toLong() << l;
    }
    return reading;
  }

  /** The lanes that read as much as they write. */
  private static int whole(Warp w, int size, int bytes) {
    int whole = 0;
    for (int l = 0; l < WARP; l += WORDS) {
      whole |= (int) IntVector.fromArray(WORD, w.words, size + l).compare(VectorOperators.GE, bytes).toLong() << l;
    }
    return whole;
  }

  private static void gather(Warp w, int lanes, int whole, int bytes, int size, byte[] data) {
    MemorySegment memory = w.resolver.segment();
    long[] at = w.resolver.offsets();
    int quick = bytes == WHOLE.length() ? lanes & whole : 0;
    for (int rest = quick; rest != 0; rest &= rest - 1) {
      int l = Integer.numberOfTrailingZeros(rest);
      ByteVector.fromMemorySegment(WHOLE, memory, at[l], ByteOrder.LITTLE_ENDIAN).intoArray(data, l * WHOLE.length());
    }
    w.profile.globalBytesRead += (long) Integer.bitCount(quick) * bytes;
    for (int rest = lanes & ~quick; rest != 0; rest &= rest - 1) {
      int l = Integer.numberOfTrailingZeros(rest);
      int read = read(w, l, bytes, size);
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at[l], data, l * bytes, read);
      w.profile.globalBytesRead += read;
    }
  }

  /** {@code cp.async.commit_group}. */
  public static void commit(Warp w, int m) {
    w.asyncCopies.commit(m);
  }

  /** {@code cp.async.wait_group}. */
  public static void waitGroup(Warp w, int m, int allowed) {
    w.asyncCopies.waitGroup(m, allowed);
  }

  /** {@code cp.async.wait_all}. */
  public static void waitAll(Warp w, int m) {
    w.asyncCopies.waitAll(m);
  }
}
