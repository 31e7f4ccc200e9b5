package nibble.emulator.execute;

/** Writes the result of {@code bar.red} into the registers of threads that take part. */
@FunctionalInterface
public interface BarrierResult {
  /** For barriers without a result. */
  BarrierResult NONE = (warp, lanes, agreeing, arrived) -> {};

  /**
   * Tells the lanes.
   *
   * @param agreeing threads whose predicate was true
   * @param arrived threads that took part
   */
  void deliver(Warp warp, int lanes, int agreeing, int arrived);
}
