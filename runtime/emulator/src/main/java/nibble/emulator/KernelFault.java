package nibble.emulator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A kernel did what it must not. The launch is over; memory holds what the kernel had written so far.
 *
 * <p>The message names the kernel, the line of PTX, the source line where {@code .loc} gives it, the thread, the block
 * and, for memory, the address with the allocation that it belongs to.
 */
public final class KernelFault extends MachineException {
  private static final long serialVersionUID = 1;

  /** What happened. */
  public enum Kind {
    OUT_OF_BOUNDS(Check.MEMORY),
    MISALIGNED(Check.MEMORY),
    USE_AFTER_FREE(Check.MEMORY),
    READ_ONLY(Check.MEMORY),
    /** Memory that nobody has written is read. */
    UNINITIALISED(Check.INIT),
    /** A register that its thread has not written is read. */
    UNINITIALISED_REGISTER(Check.INIT),
    /** Nothing orders two accesses of which one writes. */
    RACE(Check.RACE),
    /** Two lanes store different values to one address by one instruction. */
    LANE_CONFLICT(Check.RACE),
    /** Nothing but atomics or fences of too narrow a scope orders two accesses. */
    NARROW_SCOPE(Check.RACE),
    /** The target of an asynchronous copy is accessed before the copy was waited for. */
    UNFINISHED_COPY(Check.RACE),
    /**
     * What a {@code wgmma} reads is changed, or its sums are accessed, before it was waited for; registers are accessed
     * with no {@code wgmma.fence} between; or nobody waits for it at all.
     */
    UNFINISHED_MATRICES(Check.RACE),
    /** The async proxy reads what no fence between the proxies makes known to it. */
    PROXY(Check.RACE),
    BARRIER_DIVERGENCE(Check.BARRIER),
    /** Those that arrive at one barrier are told different numbers of threads. */
    BARRIER_COUNT(Check.BARRIER),
    /** The threads of a block wait for all of each other in different places. */
    BARRIER_PLACES(Check.BARRIER),
    /** The block ended, and at a barrier threads had arrived for whom nobody waited. */
    BARRIER_LEFT(Check.BARRIER),
    DEADLOCK(Check.BARRIER),
    DIVERGENT_LANES(Check.ALIGNED),
    /** A lane takes the value of one that brings none. */
    ABSENT_LANE(Check.ALIGNED),
    TRAP(Check.EXECUTION),
    ASSERTION(Check.EXECUTION),
    BAD_BRANCH(Check.EXECUTION),
    BAD_METADATA(Check.EXECUTION),
    BAD_MBARRIER(Check.EXECUTION),
    BAD_TENSOR_MAP(Check.EXECUTION),
    BAD_DESCRIPTOR(Check.EXECUTION),
    STACK_OVERFLOW(Check.EXECUTION),
    BAD_FREE(Check.MEMORY),
    STEP_LIMIT(Check.EXECUTION);

    private final Check check;

    Kind(Check check) {
      this.check = check;
    }

    /** The check that finds it. */
    public Check check() {
      return check;
    }
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
      String kernel, String function, int line, Optional<String> source, String instruction, Index thread,
      Index block) {}

  private final Kind kind;
  private final String cause;
  private final transient Place place;
  private final transient OptionalLong address;
  private transient List<Finding> findings = List.of();

  /** A fault whose cause is told in one sentence. */
  public KernelFault(Kind kind, String cause, Place place, OptionalLong address) {
    super(describe(cause, place));
    this.kind = kind;
    this.cause = cause;
    this.place = place;
    this.address = address;
  }

  static String describe(String cause, Place place) {
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

  /** What happened, without where. */
  public String cause() {
    return cause;
  }

  /** What checks had found in the launch before it ended here. */
  public List<Finding> findings() {
    return findings;
  }

  KernelFault withFindings(List<Finding> found) {
    KernelFault fault = new KernelFault(kind, cause, place, address);
    fault.setStackTrace(getStackTrace());
    fault.findings = List.copyOf(found);
    return fault;
  }

  public Place place() {
    return place;
  }

  /** The address, where memory is concerned. */
  public OptionalLong address() {
    return address;
  }
}
