package nibble.emulator;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A kernel did what it must not. The launch is over; memory holds what the kernel had written so far.
 *
 * <p>The message names the kernel, the line of PTX, the source line where {@code .loc} gives it, the thread, the block and,
 * for memory, the address with the allocation that it belongs to.
 */
public final class KernelFault extends MachineException {
  private static final long serialVersionUID = 1;

  /** What happened. */
  public enum Kind {
    OUT_OF_BOUNDS,
    MISALIGNED,
    USE_AFTER_FREE,
    READ_ONLY,
    UNINITIALISED,
    BARRIER_DIVERGENCE,
    DEADLOCK,
    DIVERGENT_LANES,
    TRAP,
    ASSERTION,
    BAD_BRANCH,
    BAD_METADATA,
    BAD_MBARRIER,
    BAD_TENSOR_MAP,
    BAD_DESCRIPTOR,
    STACK_OVERFLOW,
    BAD_FREE,
    STEP_LIMIT
  }

  /** Three coordinates of a thread or a block. */
  public record Index(int x, int y, int z) {
    @Override
    public String toString() {
      return "(" + x + "," + y + "," + z + ")";
    }
  }

  /**
   * Where it happened.
   *
   * @param line in the PTX text
   * @param source the line that the PTX was compiled from
   * @param instruction the PTX instruction
   */
  public record Place(
      String kernel, String function, int line, Optional<String> source, String instruction, Index thread, Index block) {}

  private final Kind kind;
  private final transient Place place;
  private final transient OptionalLong address;

  /** A fault whose cause is told in one sentence. */
  public KernelFault(Kind kind, String cause, Place place, OptionalLong address) {
    super(describe(cause, place));
    this.kind = kind;
    this.place = place;
    this.address = address;
  }

  private static String describe(String cause, Place place) {
    StringBuilder text = new StringBuilder(cause);
    text.append("\n  in kernel ").append(place.kernel);
    if (!place.function.equals(place.kernel)) {
      text.append(", function ").append(place.function);
    }
    text.append(", PTX line ").append(place.line);
    place.source.ifPresent(source -> text.append(" (").append(source).append(")"));
    text.append(": ").append(place.instruction);
    text.append("\n  by thread ").append(place.thread).append(" of block ").append(place.block);
    return text.toString();
  }

  public Kind kind() {
    return kind;
  }

  public Place place() {
    return place;
  }

  /** The address, where memory is concerned. */
  public OptionalLong address() {
    return address;
  }
}
