package nibble.emulator.operation;

import java.lang.invoke.VarHandle;
import nibble.emulator.execute.Warp;

/** Memory fences between blocks that run on several threads; within a block everything is in order anyway. */
public final class Fences {
  private Fences() {}

  /** No access moves across. */
  public static void full(Warp w, int m) {
    w.talks = true;
    VarHandle.fullFence();
  }

  /** {@code fence.proxy.tensormap}: a tensor map at an address may have changed. */
  public static void tensorMap(Warp w, int m, int a, int offset, int bytes) {
    full(w, m);
  }

  /** {@code nanosleep}: lets other threads of the host run; how long, PTX leaves open. */
  public static void pause(Warp w, int m, int a) {
    if (m != 0) {
      w.talks = true;
      Thread.yield();
    }
  }

  /** Nothing: for instructions that only concern speed. */
  public static void hint(Warp w, int m) {}

  /** Nothing, with a number. */
  public static void hintNumber(Warp w, int m, int number) {}
}
