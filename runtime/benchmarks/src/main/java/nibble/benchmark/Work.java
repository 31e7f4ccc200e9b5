package nibble.benchmark;

import nibble.emulator.LaunchResult;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the PTX machine got done; JMH divides it by the time. Both are 0 at the start of each iteration. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Work {
  /** Instructions, each counted for every thread that executed it. */
  public long threadInstructions;
  /** Matrix multiply-adds, each counted once for a warp. */
  public long tensorOperations;

  @Setup(Level.Iteration)
  public void reset() {
    threadInstructions = 0;
    tensorOperations = 0;
  }

  LaunchResult add(LaunchResult result) {
    threadInstructions += result.threadInstructions();
    tensorOperations += result.tensorOperations();
    return result;
  }
}
