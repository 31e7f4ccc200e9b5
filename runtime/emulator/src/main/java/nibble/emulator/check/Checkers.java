package nibble.emulator.check;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.Check;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.ThreadBlock;

/** The checks of a launch that were asked for. */
public final class Checkers implements Observer {
  private final Set<Check> checks;
  private final Findings findings;
  private final RaceChecker races;
  /** What watches the blocks of one slot, one after the other. */
  private final Map<ThreadBlock, BlockChecks> blocks = new ConcurrentHashMap<>();

  /**
   * Checks of a launch.
   *
   * @param orders what the kernel's instructions say of order
   * @param findings where they put what they find
   * @param memory lent to this launch alone
   */
  public Checkers(Set<Check> checks, SiteOrders orders, Findings findings, CheckMemory memory) {
    this.checks = Set.copyOf(checks);
    this.findings = findings;
    this.races = new RaceChecker(orders, findings, memory);
  }

  @Override
  public BlockObserver forBlock(ThreadBlock block) {
    BlockChecks known = blocks.computeIfAbsent(block, this::make);
    known.start();
    return known;
  }

  private BlockChecks make(ThreadBlock block) {
    RaceFinder race = checks.contains(Check.RACE) ? new RaceFinder(races, block) : null;
    return new BlockChecks(
        checks.contains(Check.INIT) ? new InitFinder(findings, block) : null,
        race,
        race != null && races.orders().hasAsync() ? new AsyncFinder(races, race, block) : null,
        race != null && races.orders().hasCopies() ? new CopyFinder(races, race, block) : null,
        checks.contains(Check.BARRIER) ? new BarrierFinder(findings, block) : null,
        checks.contains(Check.ALIGNED) ? new AlignedFinder(findings) : null);
  }
}
