package nibble.emulator;

/** How kernels are executed. Both tiers give the same results, bit for bit. */
public enum Tier {
  /** Kernels are compiled to JVM bytecode. */
  COMPILED,
  /** Kernels are interpreted: slower, and the reference for the other. */
  INTERPRETED
}
