package sample.minilm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Locale;
import nibble.emulator.Check;
import nibble.emulator.Machine;
import nibble.emulator.schedule.Schedule;
import nibble.engine.text.TokenBatch;
import nibble.ir.eval.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All checks of the PTX machine find nothing in the kernels of each recipe, under every kind of schedule. */
class CheckedRunTest {
  /** Two sentences, of which one is padded. */
  private static final TokenBatch BATCH =
      new TokenBatch(
          2, 8, new int[] {101, 1996, 4937, 2938, 2006, 1996, 13523, 102, 101, 7592, 2088, 102, 0, 0, 0, 0},
          new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0});

  @ParameterizedTest
  @CsvSource({
    "none, round-robin", "f16, adversarial:1", "bf16, random:1", "w8a8, round-robin", "w8a8, adversarial:2",
    "w8a8, random:2",
  })
  void nothingIsFound(String recipe, String schedule) {
    Machine.Builder machine =
        Machine.builder().checks(EnumSet.allOf(Check.class)).schedule(Schedule.parse(schedule).orElseThrow());
    long start = System.nanoTime();
    try (Encoder encoder = Encoder.of(recipe, machine)) {
      // A finding ends the run.
      Tensor embeddings = encoder.encode(BATCH);
      assertTrue(Double.isFinite(embeddings.elements()[0]));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(Locale.ROOT, "%s under %s: nothing found in %.1f s%n", recipe, schedule, seconds);
  }
}
