package nibble.ir.eval;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs a loop on all cores; the parts must not depend on each other. */
public final class Parallel {
  private static final int SMALL = 1 << 12;

  private Parallel() {}

  /** The body of a loop over {@code from} (inclusive) to {@code to} (exclusive). */
  @FunctionalInterface
  public interface Range {
    void run(int from, int to);
  }

  /** A loop whose iterations are cheap: cut into ranges, not cut at all where it is short. */
  public static void ranges(int count, Range body) {
    if (count <= SMALL) {
      body.run(0, count);
      return;
    }
    int parts = Math.min(Runtime.getRuntime().availableProcessors() * 4, count / (SMALL / 4));
    IntStream.range(0, parts).parallel().forEach(
        part -> body.run((int) ((long) count * part / parts), (int) ((long) count * (part + 1) / parts)));
  }

  /** A loop whose iterations are dear, such as rows of a matrix product. */
  public static void rows(int count, IntConsumer body) {
    IntStream.range(0, count).parallel().forEach(body);
  }
}
