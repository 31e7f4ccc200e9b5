package nibble.engine.device;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Places buffers of known lifetimes in one piece of memory, so that buffers which are never live together may share it.
 * Greedy by size: the largest buffer first, each in the smallest gap that holds it between those already placed that it
 * lives beside ("Efficient Memory Management for Deep Neural Net Inference", greedy by size for offset calculation).
 */
public final class LivenessAllocator {
  private LivenessAllocator() {}

  /**
   * A buffer and when it is live.
   *
   * @param id its name, unique
   * @param bytes its size
   * @param firstUse the step that writes it first
   * @param lastUse the last step that needs it, itself included
   */
  public record Lifetime(String id, long bytes, int firstUse, int lastUse) {
    public Lifetime {
      if (bytes < 0 || lastUse < firstUse) {
        throw new IllegalArgumentException(id + ": " + bytes + " bytes, live from " + firstUse + " to " + lastUse);
      }
    }

    boolean meets(Lifetime other) {
      return firstUse <= other.lastUse && other.firstUse <= lastUse;
    }
  }

  /**
   * Where the buffers are.
   *
   * @param offsets of each, multiples of {@link MemoryPool#ALIGNMENT}
   * @param totalBytes the memory that they need together
   * @param lowerBound the most that is live at one step; no placement needs less
   */
  public record Placement(ImmutableMap<String, Long> offsets, long totalBytes, long lowerBound) {}

  private record Placed(Lifetime lifetime, long offset) {
    long end() {
      return offset + aligned(lifetime.bytes);
    }
  }

  /** Places buffers; the same ones, in whatever order, get the same places. */
  public static Placement place(List<Lifetime> lifetimes) {
    Set<String> ids = new HashSet<>();
    for (Lifetime lifetime : lifetimes) {
      if (!ids.add(lifetime.id)) {
        throw new IllegalArgumentException(lifetime.id + " is given twice");
      }
    }
    List<Lifetime> bySize = new ArrayList<>(lifetimes);
    bySize.sort(Comparator.comparingLong(Lifetime::bytes).reversed()
        .thenComparing(Lifetime::firstUse).thenComparing(Lifetime::id));
    List<Placed> placed = new ArrayList<>();
    for (Lifetime lifetime : bySize) {
      placed.add(new Placed(lifetime, bestGap(lifetime, placed)));
    }
    Map<String, Long> offsets = new LinkedHashMap<>();
    placed.forEach(place -> offsets.put(place.lifetime.id, place.offset));
    long total = placed.stream().mapToLong(Placed::end).max().orElse(0);
    return new Placement(ImmutableMap.copyOf(offsets), total, peak(lifetimes));
  }

  private static long bestGap(Lifetime lifetime, List<Placed> placed) {
    List<Placed> beside = placed.stream()
        .filter(other -> other.lifetime.meets(lifetime))
        .sorted(Comparator.comparingLong(Placed::offset))
        .toList();
    long size = aligned(lifetime.bytes);
    long best = -1;
    long bestSize = Long.MAX_VALUE;
    long end = 0;
    for (Placed other : beside) {
      long gap = other.offset - end;
      if (gap >= size && gap < bestSize) {
        best = end;
        bestSize = gap;
      }
      end = Math.max(end, other.end());
    }
    return best >= 0 ? best : end;
  }

  // The peak is at some buffer's first use.
  private static long peak(List<Lifetime> lifetimes) {
    Set<Integer> starts = new TreeSet<>();
    lifetimes.forEach(lifetime -> starts.add(lifetime.firstUse));
    return starts.stream().mapToLong(step -> lifetimes.stream()
        .filter(lifetime -> lifetime.firstUse <= step && step <= lifetime.lastUse)
        .mapToLong(lifetime -> aligned(lifetime.bytes))
        .sum()).max().orElse(0);
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, MemoryPool.ALIGNMENT) * MemoryPool.ALIGNMENT;
  }
}
