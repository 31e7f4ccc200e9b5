package nibble.emulator.execute;

/** A path that waits at a barrier, and what it is to be told when the barrier is complete. */
public final class BarrierWait {
  final Barrier barrier;
  final Warp warp;
  final int lanes;
  final int site;
  final BarrierResult result;
  private Object parked;

  BarrierWait(Barrier barrier, Warp warp, int lanes, int site, BarrierResult result) {
    this.barrier = barrier;
    this.warp = warp;
    this.lanes = lanes;
    this.site = site;
    this.result = result;
  }

  void park(int next) {
    parked = warp.paths.park(next);
  }

  void release(int agreeing, int arrived) {
    result.deliver(warp, lanes, agreeing, arrived);
    warp.paths.wake(parked);
  }
}
