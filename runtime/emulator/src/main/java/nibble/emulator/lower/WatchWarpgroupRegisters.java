package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import nibble.emulator.code.Helper;
import nibble.emulator.lower.WarpgroupAccess.Kind;

/**
 * Builds a check into a function that finds registers which the thread and its {@code wgmma} access without the order
 * that PTX asks for: sums that are read, and sums or factors that are changed, before {@code wgmma.wait_group}; and those
 * that the thread has accessed with no {@code wgmma.fence} between that and the {@code wgmma} (PTX ISA, "wgmma.fence").
 * What may happen on one of the thread's paths is told when the access is executed.
 *
 * <pre>
 *   before:  wgmma.mma_async … {s}, …;     after:  wgmma.mma_async … {s}, …;
 *            wgmma.commit_group;                   wgmma.commit_group;
 *            add.f32 t, s, 1.0;                    tell that s is not finished;
 *            wgmma.wait_group 0;                   add.f32 t, s, 1.0; …
 * </pre>
 *
 * <p>Instructions that only move a register may move one that is not finished: compilers number the registers of a loop
 * so, and assemble no move. What they move is as unfinished where it arrives.
 */
final class WatchWarpgroupRegisters {
  private static final Set<String> MOVES = Set.of("Moves.word", "Moves.wide");

  private final List<LoweredBlock> blocks;
  private final Set<VirtualRegister> fragments = Collections.newSetFromMap(new IdentityHashMap<>());

  private WatchWarpgroupRegisters(List<LoweredBlock> blocks) {
    this.blocks = blocks;
  }

  /**
   * Adds the check to a function with {@code wgmma}; others stay as they are.
   *
   * @param isEntry whether it is a kernel, whose threads start with no fence behind them
   */
  static void watch(List<LoweredBlock> blocks, boolean isEntry) {
    WatchWarpgroupRegisters watching = new WatchWarpgroupRegisters(blocks);
    blocks.forEach(block -> block.steps().stream().filter(WatchWarpgroupRegisters::multiplies).forEach(step -> {
      watching.fragments.addAll(registers(step.arguments().get(1)));
      watching.fragments.addAll(registers(step.arguments().get(2)));
    }));
    if (!watching.fragments.isEmpty()) {
      watching.followMoves();
      Map<LoweredBlock, WarpgroupAccess> entries =
          new ForwardFlow<WarpgroupAccess>(WarpgroupAccess::copy, watching::follow, WarpgroupAccess::join)
              .solve(blocks, WarpgroupAccess.atStart(isEntry));
      blocks.stream().filter(entries::containsKey).forEach(block -> watching.instrument(block, entries.get(block)));
    }
  }

  private void followMoves() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (LoweredBlock block : blocks) {
        for (LoweredStep step : block.steps()) {
          Optional<VirtualRegister> source = moved(step);
          if (source.isPresent() && fragments.contains(source.get())) {
            changed |= fragments.add(target(step));
          }
        }
      }
    }
  }

  private void instrument(LoweredBlock block, WarpgroupAccess access) {
    List<LoweredStep> steps = new ArrayList<>();
    for (LoweredStep step : block.steps()) {
      follow(step, access, fault -> steps.add(told(step, fault)));
      steps.add(step);
    }
    block.steps().clear();
    block.steps().addAll(steps);
  }

  private static LoweredStep told(LoweredStep step, WarpgroupAccess.Fault fault) {
    Arg earlier = fault.site() == WarpgroupAccess.NO_SITE ? new Arg.Site() : new Arg.SiteOf(fault.site());
    return new LoweredStep(
        Helper.named("Watch.unordered"), List.of(new Arg.Plan(fault.describe()), earlier, new Arg.Site()), step.guard(),
        step.site());
  }

  private void follow(LoweredStep step, WarpgroupAccess access) {
    follow(step, access, fault -> {});
  }

  /** What a step makes of the state, and what is wrong with it, of each kind one register. */
  private void follow(LoweredStep step, WarpgroupAccess access, Consumer<WarpgroupAccess.Fault> faults) {
    switch (step.helper().toString()) {
      case "WarpgroupMatrices.fence" -> access.fence(step.guard().isPresent());
      case "WarpgroupMatrices.commit" -> access.commit();
      case "WarpgroupMatrices.await" -> {
        if (step.guard().isEmpty()) {
          access.await(((Arg.Number) step.arguments().get(0)).value());
        }
      }
      case "WarpgroupMatrices.multiply", "WarpgroupMatrices.multiplyShared" ->
          access.multiply(
              registers(step.arguments().get(1)), registers(step.arguments().get(2)), step.site(), faults);
      default -> access(step, access, faults);
    }
  }

  private void access(LoweredStep step, WarpgroupAccess access, Consumer<WarpgroupAccess.Fault> faults) {
    Optional<VirtualRegister> source = moved(step).filter(fragments::contains);
    if (source.isPresent()) {
      access.move(source.get(), target(step));
      return;
    }
    List<WarpgroupAccess.Fault> found = new ArrayList<>();
    RegisterUses.visit(
        step,
        it -> touch(it, Kind.READ, step, access, found),
        it -> touch(it, Kind.WRITTEN, step, access, found));
    found.stream().findFirst().ifPresent(faults);
  }

  private void touch(
      VirtualRegister register, Kind kind, LoweredStep step, WarpgroupAccess access,
      List<WarpgroupAccess.Fault> faults) {
    if (fragments.contains(register)) {
      access.touch(register, kind, step.site()).ifPresent(faults::add);
    }
  }

  private static boolean multiplies(LoweredStep step) {
    return step.helper().toString().startsWith("WarpgroupMatrices.multiply");
  }

  /** The register that an instruction moves and does nothing else. */
  private static Optional<VirtualRegister> moved(LoweredStep step) {
    return step.guard().isEmpty() && MOVES.contains(step.helper().toString())
        && step.arguments().get(0) instanceof Arg.Register && step.arguments().get(1) instanceof Arg.Register source
            ? Optional.of(source.register())
            : Optional.empty();
  }

  private static VirtualRegister target(LoweredStep step) {
    return ((Arg.Register) step.arguments().get(0)).register();
  }

  private static List<VirtualRegister> registers(Arg argument) {
    return argument instanceof Arg.Registers list
        ? list.registers().stream().filter(Arg.Register.class::isInstance).map(it -> ((Arg.Register) it).register())
            .filter(it -> !it.isTemporary()).toList()
        : List.of();
  }
}
