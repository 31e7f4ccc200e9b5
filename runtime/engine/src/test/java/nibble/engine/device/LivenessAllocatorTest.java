package nibble.engine.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.engine.device.LivenessAllocator.Lifetime;
import nibble.engine.device.LivenessAllocator.Placement;
import org.junit.jupiter.api.Test;

class LivenessAllocatorTest {
  private static long aligned(long bytes) {
    return (bytes + 255) / 256 * 256;
  }

  @Test
  void aChainNeedsTwoBuffers() {
    List<Lifetime> chain = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      chain.add(new Lifetime("step " + i, 1024, i, i + 1));
    }
    Placement placement = LivenessAllocator.place(chain);
    assertEquals(2048, placement.totalBytes());
    assertEquals(2048, placement.lowerBound());
  }

  @Test
  void aBufferThatIsReadWhileAnotherIsWrittenSharesNothingWithIt() {
    Placement placement = LivenessAllocator.place(
        List.of(new Lifetime("read", 256, 0, 3), new Lifetime("written", 256, 3, 4)));
    assertEquals(512, placement.totalBytes());
    Placement after = LivenessAllocator.place(
        List.of(new Lifetime("read", 256, 0, 3), new Lifetime("written", 256, 4, 5)));
    assertEquals(256, after.totalBytes());
  }

  @Test
  void theSmallestGapIsTaken() {
    // At step 2 there are two gaps, where "x" of 1024 and "y" of 512 were.
    Placement placement = LivenessAllocator.place(List.of(
        new Lifetime("a", 4096, 0, 9), new Lifetime("x", 1024, 0, 1), new Lifetime("b", 1000, 0, 9),
        new Lifetime("y", 512, 0, 1), new Lifetime("c", 511, 0, 9), new Lifetime("late", 500, 2, 9)));
    assertEquals(placement.offsets().get("y"), placement.offsets().get("late"));
  }

  @Test
  void nothingNeedsNothing() {
    assertEquals(0, LivenessAllocator.place(List.of()).totalBytes());
  }

  @Test
  void oneNameIsOneBuffer() {
    List<Lifetime> twice = List.of(new Lifetime("a", 1, 0, 0), new Lifetime("a", 1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> LivenessAllocator.place(twice));
  }

  @Provide
  Arbitrary<List<Lifetime>> lifetimes() {
    Arbitrary<Lifetime> lifetime = Combinators.combine(
        Arbitraries.longs().between(0, 5000), Arbitraries.integers().between(0, 30),
        Arbitraries.integers().between(0, 8))
        .as((bytes, first, length) -> new Lifetime("", bytes, first, first + length));
    return lifetime.list().ofMaxSize(60).map(LivenessAllocatorTest::named);
  }

  private static List<Lifetime> named(List<Lifetime> lifetimes) {
    List<Lifetime> named = new ArrayList<>();
    for (Lifetime lifetime : lifetimes) {
      named.add(new Lifetime("b" + named.size(), lifetime.bytes(), lifetime.firstUse(), lifetime.lastUse()));
    }
    return named;
  }

  @Property
  void buffersThatLiveTogetherShareNothing(@ForAll("lifetimes") List<Lifetime> lifetimes) {
    Placement placement = LivenessAllocator.place(lifetimes);
    for (Lifetime a : lifetimes) {
      long start = placement.offsets().get(a.id());
      assertEquals(0, start % 256);
      assertTrue(start + a.bytes() <= placement.totalBytes());
      for (Lifetime b : lifetimes) {
        boolean together = a != b && a.firstUse() <= b.lastUse() && b.firstUse() <= a.lastUse();
        long other = placement.offsets().get(b.id());
        assertTrue(
            !together || start + a.bytes() <= other || other + b.bytes() <= start || a.bytes() == 0 || b.bytes() == 0);
      }
    }
  }

  @Property
  void theTotalIsBetweenThePeakAndTheSum(@ForAll("lifetimes") List<Lifetime> lifetimes) {
    Placement placement = LivenessAllocator.place(lifetimes);
    long sum = lifetimes.stream().mapToLong(lifetime -> aligned(lifetime.bytes())).sum();
    long peak = 0;
    for (int step = 0; step < 40; step++) {
      int at = step;
      peak = Math.max(peak, lifetimes.stream()
          .filter(lifetime -> lifetime.firstUse() <= at && at <= lifetime.lastUse())
          .mapToLong(lifetime -> aligned(lifetime.bytes())).sum());
    }
    assertEquals(peak, placement.lowerBound());
    assertTrue(peak <= placement.totalBytes() && placement.totalBytes() <= sum);
  }

  @Property
  void theOrderOfTheListDoesNotMatter(@ForAll("lifetimes") List<Lifetime> lifetimes, @ForAll Random random) {
    List<Lifetime> shuffled = new ArrayList<>(lifetimes);
    Collections.shuffle(shuffled, random);
    assertEquals(LivenessAllocator.place(lifetimes), LivenessAllocator.place(shuffled));
  }

  /** Like a transformer: layer after layer of short buffers beside one that lives long. */
  @Test
  void aDeepNetIsPlacedNearTheBound() {
    List<Lifetime> lifetimes = new ArrayList<>();
    int step = 0;
    for (int layer = 0; layer < 6; layer++) {
      String path = "layer[" + layer + "].";
      lifetimes.add(new Lifetime(path + "input", 384 * 256 * 4, step, step + 6));
      for (String part : List.of("q", "k", "v")) {
        lifetimes.add(new Lifetime(path + part, 384 * 256 * 2, step + 1, step + 3));
      }
      lifetimes.add(new Lifetime(path + "scores", 12 * 32 * 32 * 8 * 4, step + 2, step + 4));
      lifetimes.add(new Lifetime(path + "context", 384 * 256 * 4, step + 4, step + 5));
      lifetimes.add(new Lifetime(path + "up", 1536 * 256 * 4, step + 5, step + 6));
      step += 6;
    }
    Placement placement = LivenessAllocator.place(lifetimes);
    long sum = lifetimes.stream().mapToLong(Lifetime::bytes).sum();
    assertTrue(placement.totalBytes() <= 1.25 * placement.lowerBound(), placement.toString());
    assertTrue(placement.totalBytes() * 3 < sum, placement.toString());
  }
}
