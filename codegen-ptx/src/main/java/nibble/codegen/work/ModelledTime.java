package nibble.codegen.work;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;

/**
 * A modelled time.
 *
 * @param microseconds of a launch, or of several
 * @param bound what it waits for longest
 */
public record ModelledTime(double microseconds, Bound bound) {
  /** What a product may wait for. */
  public enum Bound {
    /** Tensor cores that multiply. */
    TENSOR("tensor cores"),
    /** Operands between shared memory and registers. */
    SHARED("shared memory"),
    /** Tiles between L2 and multiprocessors. */
    L2("L2"),
    /** Schedulers that issue instructions. */
    ISSUE("instructions"),
    /** Each operand once from device memory, and the result to it. */
    DRAM("device memory"),
    /** Multiply-adds of f32 outside of tensor cores. */
    ARITHMETIC("arithmetic units"),
    /** Loads that an iteration waits for, few of which are under way. */
    LATENCY("the latency of loads");

    private final String text;

    Bound(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The longest of times, behind what a launch takes. */
  public static ModelledTime longest(Map<Bound, Double> microseconds, double launch) {
    Map.Entry<Bound, Double> most = microseconds.entrySet().stream()
        .max(Map.Entry.comparingByValue(Comparator.naturalOrder())).orElseThrow();
    return new ModelledTime(launch + most.getValue(), most.getKey());
  }

  /** The time of both, one behind the other, which waits for what the longer one waits for. */
  public ModelledTime plus(ModelledTime other) {
    return new ModelledTime(
        microseconds + other.microseconds, microseconds >= other.microseconds ? bound : other.bound);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f us (%s)", microseconds, bound);
  }
}
