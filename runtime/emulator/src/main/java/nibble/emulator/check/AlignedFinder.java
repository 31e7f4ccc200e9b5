package nibble.emulator.check;

import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.Barrier;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Warp;

/**
 * Finds lanes that are not together where an instruction asks for that, and values that nobody brings. Instructions of
 * matrices end the launch by themselves where lanes are missing.
 */
final class AlignedFinder implements Observer.BlockObserver {
  private final Findings findings;

  AlignedFinder(Findings findings) {
    this.findings = findings;
  }

  @Override
  public void arrived(
      Warp warp, int lanes, Barrier barrier, boolean waits, boolean aligned, int count, int site) {
    int early = warp.paths.early();
    int elsewhere = (early & lanes) != 0 ? 0 : warp.paths.live() & ~lanes & ~early;
    if (aligned && elsewhere != 0) {
      String message =
          String.format(
              "all threads of the warp must execute this together; lanes 0x%08x do, lanes 0x%08x are elsewhere",
              lanes, elsewhere);
      findings.add(
          KernelFault.Kind.DIVERGENT_LANES, warp, Integer.numberOfTrailingZeros(lanes), site, message,
          OptionalLong.empty());
    }
  }

  @Override
  public void tookNothing(Warp warp, int lane, int from, int site) {
    boolean hasExited = (warp.paths.live() >>> from & 1) == 0;
    String message =
        "the lane takes the value of lane " + from + ", which "
            + (hasExited ? "has exited" : "is not one of those that the instruction is for");
    findings.add(KernelFault.Kind.ABSENT_LANE, warp, lane, site, message, OptionalLong.empty());
  }
}
