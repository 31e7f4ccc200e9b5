package nibble.benchmark;

import java.util.EnumSet;
import java.util.List;
import nibble.emulator.Check;
import nibble.emulator.Machine;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The same product while the PTX machine checks or counts. */
@State(Scope.Benchmark)
public class CheckedGemm extends EmulatedGemm {
  /** What the machine looks at. */
  public enum Watch {
    INIT(Check.INIT),
    RACE(Check.RACE),
    BARRIER_AND_ALIGNED(Check.BARRIER, Check.ALIGNED),
    ALL_CHECKS(Check.values()),
    COUNTERS;

    private final EnumSet<Check> checks;

    Watch(Check... checks) {
      this.checks = EnumSet.noneOf(Check.class);
      this.checks.addAll(List.of(checks));
    }
  }

  @Param private Watch watch;

  @Override
  Machine.Builder description() {
    return super.description().checks(watch.checks).counters(watch == Watch.COUNTERS);
  }
}
