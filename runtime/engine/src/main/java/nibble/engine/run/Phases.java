package nibble.engine.run;

import com.google.common.base.Stopwatch;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Times what is done. Not safe for threads. */
public final class Phases implements AutoCloseable {
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private final Progress progress;

  /** Tells of each phase as it begins. */
  public Phases(Progress progress) {
    this.progress = progress;
  }

  /** Runs a phase; phases of one name add up. */
  public <T> T time(String phase, Supplier<T> work) {
    progress.phase(phase);
    Stopwatch watch = Stopwatch.createStarted();
    try {
      return work.get();
    } finally {
      seconds.merge(phase, watch.elapsed().toNanos() / 1e9, Double::sum);
    }
  }

  /** Ends the last phase, also of work that failed in the middle of one. */
  @Override
  public void close() {
    progress.close();
  }

  public Progress progress() {
    return progress;
  }

  /** Seconds by phase, in order. */
  public ImmutableMap<String, Double> seconds() {
    return ImmutableMap.copyOf(seconds);
  }
}
