package nibble.emulator;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A number for each {@link MemoryCounter}. */
public final class MemoryCounters {
  /** Nothing was counted. */
  public static final MemoryCounters NONE = new MemoryCounters(new long[MemoryCounter.values().length]);

  private final long[] counts;

  private MemoryCounters(long[] counts) {
    this.counts = counts;
  }

  /** Counts in the order of the counters, from an index of the array on. */
  public static MemoryCounters of(long[] counts, int from) {
    return new MemoryCounters(Arrays.copyOfRange(counts, from, from + MemoryCounter.values().length));
  }

  public long of(MemoryCounter counter) {
    return counts[counter.ordinal()];
  }

  /** Whether nothing was counted. */
  public boolean isEmpty() {
    return Arrays.stream(counts).allMatch(count -> count == 0);
  }

  /** Their sum. */
  public MemoryCounters plus(MemoryCounters other) {
    long[] sum = counts.clone();
    Arrays.setAll(sum, i -> counts[i] + other.counts[i]);
    return new MemoryCounters(sum);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemoryCounters counters && Arrays.equals(counts, counters.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** Those that are not zero. */
  @Override
  public String toString() {
    return Arrays.stream(MemoryCounter.values())
        .filter(counter -> of(counter) != 0)
        .map(counter -> counter.text() + " " + of(counter))
        .collect(Collectors.joining(", "));
  }
}
