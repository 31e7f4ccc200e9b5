package nibble.emulator;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something wrong that a kernel did.
 *
 * @param message what happened, in one sentence
 * @param place where, and by which thread
 * @param other the access that this one is in conflict with
 * @param address of the memory that it is about
 * @param schedule the schedule under which the launch does the same again
 */
public record Finding(
    KernelFault.Kind kind,
    String message,
    KernelFault.Place place,
    Optional<Other> other,
    OptionalLong address,
    String schedule) {
  /**
   * An earlier access.
   *
   * @param deed what it did, such as "written"
   * @param thread where the machine still knows it: of memory that several blocks have read it knows the blocks
   */
  public record Other(
      String deed, int line, Optional<String> source, String instruction, Optional<KernelFault.Index> thread,
      KernelFault.Index block) {
    @Override
    public String toString() {
      String who = thread.map(it -> "thread " + it).orElse("a thread");
      String from = source.map(it -> " (" + it + ")").orElse("");
      return deed + " at PTX line " + line + from + ": " + instruction + "\n  by " + who + " of block " + block;
    }
  }

  /** What a fault found. */
  public static Finding of(KernelFault fault, String schedule) {
    return new Finding(fault.kind(), fault.cause(), fault.place(), Optional.empty(), fault.address(), schedule);
  }

  /** The check that found it. */
  public Check check() {
    return kind.check();
  }

  /** The kind as reports write it, such as {@code out-of-bounds}. */
  public String kindText() {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return KernelFault.describe(message, place)
        + other.map(it -> "\n  " + it).orElse("")
        + "\n  again with: --schedule "
        + schedule;
  }
}
