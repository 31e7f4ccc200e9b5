package nibble.emulator.execute;

/** A path that waits at a barrier, and what it is to be told when the barrier is complete. */
public final class BarrierWait {
  final Rendezvous place;
  final Warp warp;
  final int lanes;
  final int site;
  final BarrierResult result;
  private Object parked;

  BarrierWait(Rendezvous place, Warp warp, int lanes, int site, BarrierResult result) {
    this.place = place;
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
    wake();
  }

  void deliver() {
    result.deliver(warp, lanes, 0, 0);
  }

  void wake() {
    warp.paths.wake(parked);
  }
}
