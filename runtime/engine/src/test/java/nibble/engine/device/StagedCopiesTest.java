package nibble.engine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StagedCopiesTest {
  private static MemorySegment random(int bytes) {
    byte[] values = new byte[bytes];
    new Random(bytes).nextBytes(values);
    return MemorySegment.ofArray(values);
  }

  @Property(tries = 200)
  void whatGoesInComesOut(
      @ForAll @IntRange(max = 5000) int bytes, @ForAll @IntRange(min = 1, max = 700) int stage,
      @ForAll @IntRange(min = 1, max = 4) int count, @ForAll @IntRange(max = 20) int offset) {
    MemorySegment values = random(bytes);
    MemorySegment given = MemorySegment.ofArray(new byte[bytes]).copyFrom(values);
    MemorySegment back = MemorySegment.ofArray(new byte[bytes]);
    try (Device device = new MemoryDevice("memory");
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("buffer", bytes + offset);
        StagedCopies copies = new StagedCopies(device, stream, stage, count)) {
      copies.copyIn(given, buffer, offset);
      // The caller may use its memory again at once.
      given.fill((byte) 0);
      copies.copyOut(buffer, offset, back);
    }
    assertEquals(-1, back.mismatch(values));
  }

  @Test
  void copiesAreUnderWayTogether() {
    try (MemoryDevice device = new MemoryDevice("memory");
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("buffer", 1000);
        StagedCopies copies = new StagedCopies(device, stream, 100, 3)) {
      copies.copyIn(random(1000), buffer, 0);
      // Two copies and their events wait while the third is added.
      assertTrue(device.mostUnderWay() >= 5, "at most " + device.mostUnderWay());
    }
  }

  @Test
  @SuppressWarnings("try")
  void aRangeOutsideOfTheBufferIsRefused() {
    try (Device device = new MemoryDevice("memory");
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("buffer", 100);
        StagedCopies copies = new StagedCopies(device, stream)) {
      assertThrows(IllegalArgumentException.class, () -> copies.copyIn(random(100), buffer, 1));
      assertThrows(IllegalArgumentException.class, () -> copies.copyOut(buffer, -1, random(10)));
      buffer.close();
      assertThrows(IllegalStateException.class, () -> copies.copyIn(random(10), buffer, 0));
    }
  }
}
