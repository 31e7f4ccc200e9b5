package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.emulator.code.Helper;
import nibble.emulator.model.PtxType;

/**
 * Builds a check into a function that finds registers which are read unwritten. Only registers for which the analysis
 * cannot rule that out are tracked, each by a predicate that says which lanes have written it; usual kernels have none.
 *
 * <pre>
 *   before:  @p mov.b32 a, 1;            after:  @p mov.b32 a, 1;   @p wrote a'
 *            add.s32 b, a, c;                    require a';
 *                                                add.s32 b, a, c;
 * </pre>
 *
 * <p>Instructions that only move values may move one that nobody wrote: compilers do so with what they know is not
 * used. Their targets count as written where their sources are.
 */
final class TrackRegisters {
  private static final Set<String> MOVES =
      Set.of(
          "Moves.word", "Moves.wide", "Moves.widen", "Moves.packHalves", "Moves.unpackHalves", "Moves.packWords",
          "Moves.unpackWords", "Moves.packWord", "Moves.unpackWord", "Moves.packWide", "Moves.unpackWide",
          "Predicates.move");
  private static final Set<String> CHOICES = Set.of("Selection.word", "Selection.wide");
  /** Operands of a choice: target, two sources, predicate. */
  private static final int CHOICE_OPERANDS = 4;

  private final List<LoweredBlock> blocks;
  private final Map<VirtualRegister, VirtualRegister> flags = new LinkedHashMap<>();
  /** Reads that must be checked, by the step or, at a block's end, by the block. */
  private final Map<Object, Set<VirtualRegister>> suspects = new IdentityHashMap<>();
  private final Set<VirtualRegister> received = Collections.newSetFromMap(new IdentityHashMap<>());

  private TrackRegisters(List<LoweredBlock> blocks) {
    this.blocks = blocks;
  }

  /**
   * Adds the checks.
   *
   * @param isEntry whether it is a kernel, whose threads start with nothing written
   */
  static void track(List<LoweredBlock> blocks, boolean isEntry) {
    TrackRegisters tracking = new TrackRegisters(blocks);
    new UnwrittenReads(blocks, false).forEach(tracking::suspect);
    if (tracking.flags.isEmpty()) {
      return;
    }
    tracking.followMoves();
    blocks.forEach(tracking::instrument);
    if (!isEntry) {
      LoweredBlock entry = blocks.get(0);
      entry.steps().add(0, step("Watch.forget", Optional.empty(), 0, list(tracking.flags.values())));
    }
  }

  private void suspect(LoweredBlock block, Optional<LoweredStep> step, VirtualRegister register) {
    if (step.filter(TrackRegisters::watches).isPresent()) {
      return;
    }
    flag(register);
    Object reader = step.isPresent() ? step.get() : block;
    suspects.computeIfAbsent(reader, it -> Collections.newSetFromMap(new IdentityHashMap<>())).add(register);
  }

  private VirtualRegister flag(VirtualRegister register) {
    return flags.computeIfAbsent(
        register,
        it -> {
          VirtualRegister flag = new VirtualRegister(it.name() + " is written", PtxType.PRED);
          flag.pin();
          return flag;
        });
  }

  private static boolean watches(LoweredStep step) {
    return step.helper().toString().startsWith("Watch.");
  }

  private static boolean moves(LoweredStep step) {
    return MOVES.contains(step.helper().toString());
  }

  private static boolean chooses(LoweredStep step) {
    return CHOICES.contains(step.helper().toString());
  }

  /** Registers into which tracked ones are moved are tracked, too. */
  private void followMoves() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (LoweredBlock block : blocks) {
        for (LoweredStep step : block.steps()) {
          if (passesOn(step)) {
            for (VirtualRegister target : targets(step)) {
              changed |= !target.isPinned() && received.add(target);
              if (!target.isPinned()) {
                flag(target);
              }
            }
          }
        }
      }
    }
  }

  /** Whether what a step writes may be what nobody wrote. */
  private boolean passesOn(LoweredStep step) {
    return moves(step) && !tracked(sources(step)).isEmpty()
        || chooses(step) && !tracked(registers(step.arguments().subList(1, CHOICE_OPERANDS - 1), true)).isEmpty();
  }

  private static List<VirtualRegister> sources(LoweredStep step) {
    return registers(step.arguments(), true);
  }

  private static List<VirtualRegister> targets(LoweredStep step) {
    return registers(step.arguments(), false);
  }

  private static List<VirtualRegister> registers(List<Arg> arguments, boolean read) {
    List<VirtualRegister> registers = new ArrayList<>();
    arguments.forEach(argument -> collect(argument, registers, read));
    return registers;
  }

  private static void collect(Arg argument, List<VirtualRegister> registers, boolean read) {
    switch (argument) {
      case Arg.Register it when read ? it.reads() : it.writes() -> registers.add(it.register());
      case Arg.Registers it -> it.registers().forEach(element -> collect(element, registers, read));
      default -> {}
    }
  }

  private List<VirtualRegister> tracked(List<VirtualRegister> registers) {
    return registers.stream().filter(flags::containsKey).map(flags::get).toList();
  }

  private void instrument(LoweredBlock block) {
    List<LoweredStep> steps = new ArrayList<>();
    List<LoweredStep> watching = new ArrayList<>();
    for (LoweredStep step : block.steps()) {
      if (watches(step)) {
        // Its access follows, whose address may be one that nobody wrote: that is to be found before the access fails.
        watching.add(step);
        continue;
      }
      require(block, step, steps);
      steps.addAll(watching);
      watching.clear();
      steps.add(step);
      written(step, steps);
    }
    steps.addAll(watching);
    int site = block.instructions().isEmpty() ? 0 : block.instructions().getLast().site();
    RegisterUses.visit(
        block.end(),
        it -> {
          if (isSuspect(block, it)) {
            steps.add(require(it, Optional.empty(), site));
          }
        });
    block.steps().clear();
    block.steps().addAll(steps);
  }

  private boolean isSuspect(Object reader, VirtualRegister register) {
    return flags.containsKey(register)
        && (received.contains(register) || suspects.getOrDefault(reader, Set.of()).contains(register));
  }

  private void require(LoweredBlock block, LoweredStep step, List<LoweredStep> steps) {
    step.guard().map(Guard::predicate).filter(it -> isSuspect(step, it))
        .ifPresent(it -> steps.add(require(it, Optional.empty(), step.site())));
    if (moves(step)) {
      return;
    }
    List<Arg> operands = step.arguments();
    List<Arg> used = chooses(step) ? operands.subList(CHOICE_OPERANDS - 1, operands.size()) : operands;
    for (VirtualRegister source : registers(used, true)) {
      if (isSuspect(step, source)) {
        steps.add(require(source, step.guard(), step.site()));
      }
    }
  }

  private LoweredStep require(VirtualRegister register, Optional<Guard> guard, int site) {
    return step(
        "Watch.require", guard, site, Arg.read(flags.get(register)), new Arg.Plan(register.name()), new Arg.Site());
  }

  private void written(LoweredStep step, List<LoweredStep> steps) {
    List<VirtualRegister> targets = tracked(targets(step));
    if (targets.isEmpty()) {
      return;
    }
    List<VirtualRegister> sources = tracked(sources(step));
    if (moves(step) && !sources.isEmpty()) {
      steps.add(step("Watch.wroteIf", step.guard(), step.site(), list(targets), list(sources)));
    } else if (chooses(step) && !sources.isEmpty()) {
      Arg chooser = step.arguments().get(CHOICE_OPERANDS - 1);
      Arg first = written(step.arguments().get(1));
      Arg second = written(step.arguments().get(2));
      steps.add(step("Watch.chose", step.guard(), step.site(), Arg.write(targets.get(0)), first, second, chooser));
    } else {
      steps.add(step("Watch.wrote", step.guard(), step.site(), list(targets)));
    }
  }

  /** Which lanes have written an operand: of constants and registers that are not tracked, all. */
  private Arg written(Arg operand) {
    return operand instanceof Arg.Register register && flags.containsKey(register.register())
        ? Arg.read(flags.get(register.register()))
        : new Arg.Truth(true);
  }

  private static Arg list(Iterable<VirtualRegister> registers) {
    List<Arg> list = new ArrayList<>();
    registers.forEach(it -> list.add(Arg.read(it)));
    return new Arg.Registers(list);
  }

  private static LoweredStep step(String helper, Optional<Guard> guard, int site, Arg... arguments) {
    return new LoweredStep(Helper.named(helper), List.of(arguments), guard, site);
  }
}
