package nibble.emulator.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Paths of a block that wait for phases of mbarriers. PTX lets {@code try_wait} suspend a thread until the phase is
 * complete or some time has passed; here both that and {@code test_wait} do, so that a loop around them does not keep
 * others from running.
 */
public final class PhaseWaits implements Rendezvous {
  /** Basic blocks of the block after which a path that waits goes on with nothing. */
  private static final long PATIENCE = 1 << 14;

  /** How often all may go on with nothing, and nobody have done anything since, before that is a deadlock. */
  private static final int ROUNDS = 64;

  private record Wait(BarrierWait path, IntSupplier passed, long since) {}

  private final List<Wait> waiting = new ArrayList<>();
  private long executed;
  private int idleRounds;

  void clear() {
    waiting.clear();
    executed = 0;
    idleRounds = 0;
  }

  /** Paths that wait. */
  List<BarrierWait> waiting() {
    return waiting.stream().map(Wait::path).toList();
  }

  /**
   * Lanes wait.
   *
   * @param passed gives those of them whose phase is complete
   * @param result tells them, once all are or time has passed
   */
  public void await(Warp warp, int lanes, int site, IntSupplier passed, BarrierResult result) {
    BarrierWait path = new BarrierWait(this, warp, lanes, site, result);
    warp.wait = path;
    waiting.add(new Wait(path, passed, executed));
  }

  /** A phase is complete, or a path has come to wait: all go on that can. */
  @Override
  public void complete() {
    for (Wait wait : List.copyOf(waiting)) {
      // To ask may complete phases, and so release others of them.
      if (waiting.contains(wait) && (wait.path.lanes & ~wait.passed.getAsInt()) == 0 && waiting.remove(wait)) {
        release(wait);
      }
    }
  }

  /** Something has happened that a path may have waited for. */
  public void progress() {
    idleRounds = 0;
    complete();
  }

  private static void release(Wait wait) {
    wait.path.deliver();
    wait.path.wake();
  }

  /** A warp has had its turn. */
  void pass(int blocks, boolean talks) {
    executed += blocks;
    if (talks) {
      idleRounds = 0;
    }
    while (!waiting.isEmpty() && executed - waiting.get(0).since > PATIENCE) {
      release(waiting.remove(0));
    }
  }

  /** Nobody can run: those that wait go on with nothing. False if none do, or if that has not helped for long. */
  boolean timeOut() {
    if (waiting.isEmpty() || idleRounds++ == ROUNDS) {
      return false;
    }
    List<Wait> released = List.copyOf(waiting);
    waiting.clear();
    released.forEach(PhaseWaits::release);
    return true;
  }
}
