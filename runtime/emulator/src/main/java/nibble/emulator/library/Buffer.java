package nibble.emulator.library;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import java.util.function.Supplier;
import nibble.emulator.Allocation;

/**
 * Memory of the machine that holds what an array of Java does: {@code float[]}, {@code int[]}, ... Half-precision
 * numbers are {@code short[]} ({@link Float#floatToFloat16}), narrower ones {@code byte[]}.
 *
 * @param <A> the array
 */
public final class Buffer<A> {
  private final Allocation allocation;
  private final Supplier<A> fresh;
  private final Function<A, MemorySegment> view;

  /** Memory, how an array for all of it is made, and how it is looked at as bytes. */
  Buffer(Allocation allocation, Supplier<A> fresh, Function<A, MemorySegment> view) {
    this.allocation = allocation;
    this.fresh = fresh;
    this.view = view;
  }

  /** Its memory, to pass its address on or to look at parts of it. */
  public Allocation allocation() {
    return allocation;
  }

  /** A copy of what it holds now. */
  public A read() {
    A values = fresh.get();
    allocation.read(view.apply(values), 0);
    return values;
  }

  /**
   * Copies values to it, from its start.
   *
   * @throws IndexOutOfBoundsException if there are more of them than it holds
   */
  public void write(A values) {
    allocation.write(view.apply(values), 0);
  }

  @Override
  public String toString() {
    return allocation.toString();
  }
}
