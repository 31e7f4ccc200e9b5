package nibble.emulator.schedule;

/** What a warp is about to do where a schedule may let others run first. */
public enum Point {
  /** Nothing that others could see. */
  COMPUTE,
  LOAD,
  STORE,
  ATOMIC,
  FENCE,
  BARRIER
}
