package nibble.emulator.check;

import java.util.Optional;
import java.util.OptionalLong;
import nibble.emulator.KernelFault;
import nibble.emulator.execute.ThreadBlock;
import nibble.emulator.execute.Warp;

/**
 * Says which two accesses are in conflict.
 *
 * @param races has the findings
 * @param block whose thread finds the conflict
 */
record ConflictFindings(RaceChecker races, ThreadBlock block) {
  /**
   * The access that is looked at.
   *
   * @param site its instruction
   * @param deed one of {@link Deed}
   */
  record Here(Warp warp, int lane, int site, int deed) {}

  /**
   * The access before.
   *
   * @param stamp that it left
   * @param site its instruction
   * @param isThread whether a thread is known, and not only the block
   */
  record There(long stamp, int site, boolean isThread) {}

  /**
   * Adds a finding.
   *
   * @param space the name of the memory's space
   * @param where the name of what is at the address
   */
  void add(Here here, KernelFault.Kind kind, String space, long address, String where, There there) {
    Optional<KernelFault.Index> thread =
        there.isThread ? Optional.of(block.thread(Stamp.thread(there.stamp))) : Optional.empty();
    int deed = Stamp.deed(there.stamp);
    Findings.Earlier earlier =
        new Findings.Earlier(Deed.text(deed), there.site, thread, races.block(Stamp.life(there.stamp)));
    String place = space + " address 0x" + Long.toHexString(address) + " (" + where + ")";
    String what = sentence(kind, Deed.text(here.deed), Deed.text(deed), place);
    races.findings().add(kind, here.warp, here.lane, here.site, what, OptionalLong.of(address), earlier);
  }

  private static String sentence(KernelFault.Kind kind, String here, String there, String where) {
    return switch (kind) {
      case UNFINISHED_COPY -> where + " is " + here + " here while a copy to it is under way that its thread has not "
          + "waited for";
      case LANE_CONFLICT -> "race: lanes of a warp store different values at " + where + " at the same time";
      case NARROW_SCOPE ->
          "race: " + where + " is " + here + " here and " + there
              + " by a thread of another block, and the scope of one of the two is the block (.cta)";
      default ->
          "race: " + where + " is " + here + " here and " + there + " by another thread, and nothing orders the two";
    };
  }
}
