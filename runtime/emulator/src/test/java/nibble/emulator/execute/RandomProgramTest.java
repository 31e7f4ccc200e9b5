package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.Tier;
import nibble.emulator.schedule.Schedule;
import nibble.emulator.schedule.Scheduler;
import org.junit.jupiter.api.Test;

/** Random programs give one result, whichever way they are executed. */
class RandomProgramTest {
  private static final int THREADS = 96;

  private static KernelRun run(long seed, int size) {
    byte[] memory = new byte[4 * RandomProgram.WORDS * THREADS];
    new Random(seed).nextBytes(memory);
    return KernelRun.of(RandomProgram.generate(seed, size)).buffer("memory", memory);
  }

  private static byte[] memory(KernelRun.Outcome outcome) {
    return outcome.buffers().get("memory");
  }

  /**
   * Divergence is nobody's business but the machine's: alone in its warp a thread computes what it computes among 32.
   */
  @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
  void aThreadComputesTheSameInAnyCompany(@ForAll long seed, @ForAll @IntRange(min = 5, max = 60) int size) {
    byte[] together = memory(run(seed, size).grid(1, THREADS).run());
    byte[] inWarps = memory(run(seed, size).grid(3, 32).run(Tier.COMPILED));
    byte[] alone = memory(run(seed, size).grid(THREADS, 1).run(Tier.INTERPRETED));
    assertArrayEquals(alone, together, () -> RandomProgram.generate(seed, size));
    assertArrayEquals(alone, inWarps, () -> RandomProgram.generate(seed, size));
  }

  /** A schedule that switches warps, and paths within them, at random. */
  private static Schedule shuffled(long seed) {
    return block -> {
      Random random = new Random(seed + block);
      return new Scheduler() {
        @Override
        public int next(int ready) {
          int rest = ready;
          for (int skip = random.nextInt(Integer.bitCount(ready)); skip > 0; skip--) {
            rest &= rest - 1;
          }
          return Integer.numberOfTrailingZeros(rest);
        }

        @Override
        public int turn() {
          return 1 + random.nextInt(4);
        }
      };
    };
  }

  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void theOrderInWhichWarpsRunIsOfNoConsequence(
      @ForAll long seed, @ForAll @IntRange(min = 5, max = 60) int size, @ForAll long order) {
    byte[] usual = memory(run(seed, size).grid(1, THREADS).run(Tier.COMPILED));
    Machine.Builder builder = Machine.builder().workers(1).schedule(shuffled(order));
    byte[] shuffled = memory(run(seed, size).machine(builder).racing().grid(1, THREADS).run());
    assertArrayEquals(usual, shuffled, () -> RandomProgram.generate(seed, size));
  }

  /** The generator is worth something: its programs diverge, call, and leave early. */
  @Test
  void programsDiverge() {
    long divergences = 0;
    for (int seed = 0; seed < 20; seed++) {
      divergences += run(seed, 40).grid(1, THREADS).run(Tier.COMPILED).result().divergences();
    }
    assertTrue(divergences > 200, divergences + " divergences");
  }
}
