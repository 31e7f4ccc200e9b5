package nibble.codegen.ptx;

/** What an instruction does besides setting its outputs. */
public enum Effect {
  /** Nothing: the outputs depend on the inputs alone. */
  PURE,
  /** It reads memory: its result may differ the next time. */
  READS,
  /** It writes memory. */
  WRITES,
  /** Lanes, or asynchronous copies, wait for each other: it must stay where it is. */
  SYNCS,
  /** Control goes elsewhere. */
  JUMPS;

  /** Whether an instruction whose outputs nobody needs can go. */
  public boolean isRemovable() {
    return this == PURE || this == READS;
  }
}
