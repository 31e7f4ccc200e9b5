package nibble.emulator.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.Tier;
import nibble.emulator.schedule.Schedule;
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

  @Property(tries = 30, shrinking = ShrinkingMode.BOUNDED)
  void theOrderInWhichWarpsRunIsOfNoConsequence(
      @ForAll long seed, @ForAll @IntRange(min = 5, max = 60) int size, @ForAll @IntRange int order) {
    byte[] usual = memory(run(seed, size).grid(1, THREADS).run(Tier.COMPILED));
    for (Schedule schedule : List.of(Schedule.random(order), Schedule.adversarial(order))) {
      Machine.Builder builder = Machine.builder().schedule(schedule);
      byte[] shuffled = memory(run(seed, size).machine(builder).racing().grid(1, THREADS).run());
      assertArrayEquals(usual, shuffled, () -> schedule + "\n" + RandomProgram.generate(seed, size));
    }
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
