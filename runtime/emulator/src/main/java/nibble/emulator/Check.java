package nibble.emulator;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the machine can look for while a kernel runs. */
public enum Check {
  /** Accesses out of bounds, misaligned, or of freed or read-only memory; always on, and the launch ends there. */
  MEMORY,
  /** Registers and bytes of memory that are read before anybody has written them. */
  INIT,
  /** Accesses of shared and global memory by threads that nothing orders, and of copies that nobody has waited for. */
  RACE,
  /**
   * Threads of a block that wait at different barriers, counts that do not fit, arrivals that nobody waits for. That a
   * block can't go on is always found.
   */
  BARRIER,
  /** Instructions that all lanes must execute together, and do not; values of lanes that do not take part. */
  ALIGNED,
  /** Traps, failed assertions, branches to nowhere, wrong metadata, kernels that do not end; always on. */
  EXECUTION;

  /** Whether it is on without being asked for. */
  public boolean isAlwaysOn() {
    return this == MEMORY || this == EXECUTION;
  }

  /** The check of a name, such as {@code race}. */
  public static Optional<Check> named(String name) {
    return Arrays.stream(values()).filter(it -> it.toString().equals(name)).findFirst();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
