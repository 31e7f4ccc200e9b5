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
    ranges(count, 1, body);
  }

  /** A loop whose iterations are each as dear as so many cheap ones: rows of an elementwise op. */
  public static void ranges(int count, int cost, Range body) {
    long total = (long) count * cost;
    if (total <= SMALL) {
      body.run(0, count);
      return;
    }
    long most = Math.min(count, total / (SMALL / 4));
    int parts = (int) Math.min(Runtime.getRuntime().availableProcessors() * 4, most);
    IntStream.range(0, parts).parallel().forEach(
        part -> body.run((int) ((long) count * part / parts), (int) ((long) count * (part + 1) / parts)));
  }

  /** A loop whose iterations are dear, such as rows of a matrix product. */
  public static void rows(int count, IntConsumer body) {
    IntStream.range(0, count).parallel().forEach(body);
  }
}
