package nibble.emulator.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.Check;
import nibble.emulator.code.Code;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Observers;
import nibble.emulator.execute.ThreadBlock;

/** The checks of a launch that were asked for. */
public final class Checkers implements Observer {
  private final Set<Check> checks;
  private final Findings findings;
  private final RaceChecker races;
  private final Map<ThreadBlock, Blocks> blocks = new ConcurrentHashMap<>();

  /** What watches the blocks of one slot, one after the other. */
  private record Blocks(BlockObserver all, List<Runnable> starts) {}

  /**
   * Checks of a launch.
   *
   * @param findings where they put what they find
   */
  public Checkers(Set<Check> checks, Code code, Findings findings) {
    this.checks = Set.copyOf(checks);
    this.findings = findings;
    this.races = new RaceChecker(code, findings);
  }

  @Override
  public BlockObserver forBlock(ThreadBlock block) {
    Blocks known = blocks.computeIfAbsent(block, this::make);
    known.starts.forEach(Runnable::run);
    return known.all;
  }

  private Blocks make(ThreadBlock block) {
    List<BlockObserver> observers = new ArrayList<>();
    List<Runnable> starts = new ArrayList<>();
    if (checks.contains(Check.INIT)) {
      InitFinder finder = new InitFinder(findings, block);
      observers.add(finder);
      starts.add(finder::start);
    }
    if (checks.contains(Check.RACE)) {
      RaceFinder finder = new RaceFinder(races, block);
      observers.add(finder);
      starts.add(finder::start);
      if (races.hasAsync()) {
        AsyncFinder behind = new AsyncFinder(races, finder, block);
        observers.add(behind);
        starts.add(behind::start);
      }
      if (races.hasCopies()) {
        CopyFinder copies = new CopyFinder(races, finder, block);
        observers.add(copies);
        starts.add(copies::start);
      }
    }
    if (checks.contains(Check.BARRIER)) {
      BarrierFinder finder = new BarrierFinder(findings, block);
      observers.add(finder);
      starts.add(finder::start);
    }
    if (checks.contains(Check.ALIGNED)) {
      observers.add(new AlignedFinder(findings));
    }
    return new Blocks(Observers.of(observers), starts);
  }
}
