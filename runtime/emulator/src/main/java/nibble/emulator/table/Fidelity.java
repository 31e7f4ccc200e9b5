package nibble.emulator.table;

/** How close an instruction's result is to a GPU's. */
public enum Fidelity {
  /** Specified bit by bit, and computed so. */
  EXACT,
  /** Not specified bit by bit; computed by a documented rule that reproduces what GPUs were seen to do. */
  MODELLED,
  /** Specified within a bound only; the machine's result is within it. */
  APPROXIMATE
}
