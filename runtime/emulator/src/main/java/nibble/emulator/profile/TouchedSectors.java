package nibble.emulator.profile;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import nibble.emulator.memory.Region;

/** Which sectors of 32 bytes of global memory have been accessed. */
final class TouchedSectors {
  private static final int SECTOR = 32;
  private static final int WARP = 32;

  private final Map<Integer, BitSet> regions = new HashMap<>();
  private final long[] sectors = new long[WARP];
  private Region last;
  private BitSet touched = new BitSet();

  /** Notes an access of up to 32 bytes by each lane; gives the number of its different sectors. */
  int touch(int lanes, Region region, long[] offsets) {
    if (region != last) {
      last = region;
      touched = regions.computeIfAbsent(region.slot(), it -> new BitSet());
    }
    int count = 0;
    boolean ascends = true;
    for (int rest = lanes; rest != 0; rest &= rest - 1) {
      long sector = offsets[Integer.numberOfTrailingZeros(rest)] / SECTOR;
      if (count == 0 || sector != sectors[count - 1]) {
        ascends &= count == 0 || sector > sectors[count - 1];
        sectors[count++] = sector;
      }
    }
    if (!ascends) {
      Arrays.sort(sectors, 0, count);
    }
    int different = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || sectors[i] != sectors[i - 1]) {
        touched.set((int) sectors[i]);
        different++;
      }
    }
    return different;
  }

  /** Adds what another has noted. */
  void add(TouchedSectors other) {
    other.regions.forEach((slot, set) -> regions.computeIfAbsent(slot, it -> new BitSet()).or(set));
  }

  /** How many sectors were accessed at all. */
  long count() {
    return regions.values().stream().mapToLong(BitSet::cardinality).sum();
  }
}
