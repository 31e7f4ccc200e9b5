package nibble.emulator.execute;

import java.util.ArrayList;
import java.util.List;

/** Where lanes of one warp wait for each other at {@code bar.warp.sync}. */
public final class WarpBarrier implements Rendezvous {
  private final Warp warp;
  private final List<BarrierWait> waiting = new ArrayList<>();
  private int members;

  WarpBarrier(Warp warp) {
    this.warp = warp;
  }

  void clear() {
    waiting.clear();
    members = 0;
  }

  List<BarrierWait> waiting() {
    return waiting;
  }

  /** Lanes arrive and wait until the named lanes that have not exited are there, too. */
  public void sync(int lanes, int named, int site) {
    if ((named & warp.paths.live() & ~lanes) == 0 && waiting.isEmpty()) {
      return;
    }
    members = named;
    BarrierWait wait = new BarrierWait(this, warp, lanes, site, BarrierResult.NONE);
    warp.wait = wait;
    waiting.add(wait);
  }

  @Override
  public void complete() {
    int arrived = 0;
    for (BarrierWait wait : waiting) {
      arrived |= wait.lanes;
    }
    if (!waiting.isEmpty() && (members & warp.paths.live() & ~arrived) == 0) {
      List<BarrierWait> released = List.copyOf(waiting);
      waiting.clear();
      released.forEach(wait -> wait.release(0, 0));
    }
  }
}
