package nibble.emulator.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TileScratchTest {
  /** Numbers before the first line of the cache in an array that starts with one: its header has 16 bytes. */
  private static final int START = 12;

  @Test
  void everyOperandHasLinesOfItsOwn() {
    TileScratch scratch = new TileScratch();
    Map<Integer, Integer> sizes = new TreeMap<>();
    for (int register = 0; register < 64; register++) {
      sizes.put(scratch.left(register * 32).value, LeftOperand.SIZE);
      sizes.put(scratch.right(register * 32).value, RightOperand.SIZE);
    }
    sizes.put(scratch.products, 32);
    for (int sums : new int[] {scratch.largest, scratch.scale, scratch.total, scratch.before}) {
      sizes.put(sums, 128);
    }
    assertEquals(2 * 64 + 5, sizes.size());
    int end = 0;
    for (Map.Entry<Integer, Integer> place : sizes.entrySet()) {
      assertEquals(START, place.getKey() % TileMemory.LINE);
      assertTrue(place.getKey() >= end, () -> "the place at " + place.getKey() + " overlaps the one before");
      end = place.getKey() + place.getValue();
    }
    assertTrue(end <= scratch.memory.length);
  }
}
