package nibble.emulator.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Spoilt PTX is refused with a line and a column, or runs, or faults. The build tries some hundred texts; by hand as
 * many as {@code -Dnibble.hostile.cases} says, from the seed {@code -Dnibble.hostile.from} on.
 */
class SpoiltPtxTest {
  /** A text that takes that long never ends, on however slow a machine. */
  private static final Duration FOR_EVER = Duration.ofMinutes(3);
  private static final int MOST_FAILURES = 20;

  @Test
  void spoiltPtxDoesNoHarm() throws IOException {
    int cases = Integer.getInteger("nibble.hostile.cases", 1000);
    long from = Long.getLong("nibble.hostile.from", 0);
    Corpus corpus = Corpus.read();
    HostileRun runs = new HostileRun();
    List<String> failures = new ArrayList<>();
    for (long seed = from; seed < from + cases && failures.size() < MOST_FAILURES; seed++) {
      long now = seed;
      String text = new Spoiler(corpus, seed).next();
      try {
        assertTimeoutPreemptively(FOR_EVER, () -> runs.run(text, now));
      } catch (AssertionError wrong) {
        failures.add("seed " + seed + ", kept as " + keep(seed, text) + ": " + describe(wrong));
      }
    }
    System.out.println(cases + " spoilt texts from seed " + from + ": " + runs.outcomes());
    assertEquals("", String.join("\n", failures));
  }

  private static Path keep(long seed, String text) throws IOException {
    Path directory = Files.createDirectories(Path.of("target", "hostile"));
    return Files.writeString(directory.resolve(seed + ".ptx"), text);
  }

  private static String describe(AssertionError wrong) {
    Throwable cause = wrong.getCause() == null ? wrong : wrong.getCause();
    return cause + Arrays.stream(cause.getStackTrace()).limit(6).map(it -> "\n    " + it).collect(Collectors.joining());
  }
}
