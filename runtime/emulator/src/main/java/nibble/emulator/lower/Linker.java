package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Code;
import nibble.emulator.code.Site;
import nibble.emulator.code.SpecialRegister;
import nibble.emulator.code.Step;
import nibble.emulator.code.Terminator;
import nibble.emulator.lane.Lanes;

/**
 * Makes a kernel's code of the functions that it consists of: gives blocks, registers, constants and variables numbers.
 */
final class Linker {
  private final List<LoweredFunction> functions;
  private final MemoryLayout layout;
  private final RegisterAllocation registers = new RegisterAllocation();
  private final Map<LoweredBlock, Integer> blockNumbers = new IdentityHashMap<>();
  private final Map<Frame, Integer> entries = new IdentityHashMap<>();
  private final Map<Integer, Integer> wordConstants = new LinkedHashMap<>();
  private final Map<Long, Integer> longConstants = new LinkedHashMap<>();
  private final Map<SpecialRegister, Integer> wordSpecials = new LinkedHashMap<>();
  private final Map<SpecialRegister, Integer> longSpecials = new LinkedHashMap<>();
  private final List<int[]> lists = new ArrayList<>();
  private final Map<List<Integer>, Integer> listNumbers = new HashMap<>();
  private final List<Object> plans = new ArrayList<>();

  private Linker(List<LoweredFunction> functions) {
    this.functions = functions;
    this.layout = new MemoryLayout(functions);
  }

  /**
   * Links a kernel.
   *
   * @param functions the kernel first, then each function that is called
   */
  static Code link(List<LoweredFunction> functions) {
    return new Linker(functions).link();
  }

  private Code link() {
    for (LoweredFunction function : functions) {
      entries.put(function.frame(), blockNumbers.size());
      function.blocks().forEach(block -> blockNumbers.put(block, blockNumbers.size()));
      registers.add(function.blocks());
    }
    for (LoweredFunction function : functions) {
      for (LoweredBlock block : function.blocks()) {
        block.steps().forEach(step -> step.arguments().forEach(this::collect));
        if (block.end() instanceof End.Indexed indexed) {
          collect(indexed.index());
        }
      }
    }
    List<BasicBlock> blocks = new ArrayList<>();
    List<Site> sites = new ArrayList<>();
    for (LoweredFunction function : functions) {
      PostDominators joins = new PostDominators(function.blocks());
      int base = blocks.size();
      for (int i = 0; i < function.blocks().size(); i++) {
        blocks.add(block(function.blocks().get(i), sites.size(), new Ways(joins, base, i)));
      }
      sites.addAll(function.sites());
    }
    return new Code(
        functions.get(0).frame().name(),
        blocks,
        registers.count(Bank.WORD),
        wordConstants.keySet().stream().mapToInt(Integer::intValue).toArray(),
        List.copyOf(wordSpecials.keySet()),
        registers.count(Bank.LONG),
        longConstants.keySet().stream().mapToLong(Long::longValue).toArray(),
        List.copyOf(longSpecials.keySet()),
        registers.count(Bank.PREDICATE),
        lists.toArray(int[][]::new),
        plans.toArray(),
        sites,
        layout.sharedBytes(),
        layout.dynamicBase(),
        layout.localBytes(),
        layout.sharedVariables());
  }

  /** Notes constants and special registers, which stand behind the registers. */
  private void collect(Arg argument) {
    switch (argument) {
      case Arg.WordConstant it -> wordConstants.putIfAbsent(it.value(), wordConstants.size());
      case Arg.LongConstant it -> longConstants.putIfAbsent(it.value(), longConstants.size());
      case Arg.SymbolAddress it -> collect(constant(it));
      case Arg.Special it -> {
        Map<SpecialRegister, Integer> specials = it.register().bank() == Bank.LONG ? longSpecials : wordSpecials;
        specials.putIfAbsent(it.register(), specials.size());
      }
      case Arg.Registers it -> it.registers().forEach(this::collect);
      default -> {}
    }
  }

  private Arg constant(Arg.SymbolAddress symbol) {
    long address = layout.address(symbol.symbol()) + symbol.offset();
    return symbol.bank() == Bank.LONG ? new Arg.LongConstant(address) : new Arg.WordConstant((int) address);
  }

  /**
   * What is known of the ways out of a block: it is number {@code block} of its function, which starts at {@code base}.
   */
  private record Ways(PostDominators joins, int base, int block) {
    int join() {
      int join = joins.join(block);
      return join < 0 ? join : base + join;
    }

    boolean isEscape(int target) {
      return joins.isEscape(block, target - base);
    }

    Terminator.Escape escape(int taken, int otherwise) {
      return isEscape(taken)
          ? Terminator.Escape.TAKEN
          : isEscape(otherwise) ? Terminator.Escape.OTHERWISE : Terminator.Escape.NONE;
    }
  }

  private BasicBlock block(LoweredBlock block, int firstSite, Ways ways) {
    List<Step> steps = new ArrayList<>();
    for (LoweredStep step : block.steps()) {
      int[] arguments = step.arguments().stream().mapToInt(it -> encode(it, firstSite, step.site())).toArray();
      steps.add(new Step(step.helper(), arguments, predicate(step.guard()), isNegated(step.guard())));
    }
    List<BasicBlock.Counted> instructions =
        block.instructions().stream().map(it -> new BasicBlock.Counted(it.form(), firstSite + it.site())).toList();
    return new BasicBlock(steps, end(block, firstSite, ways), instructions);
  }

  private int predicate(Optional<Guard> guard) {
    return guard.map(it -> registers.number(it.predicate())).orElse(Step.UNGUARDED);
  }

  private static boolean isNegated(Optional<Guard> guard) {
    return guard.map(Guard::negated).orElse(false);
  }

  private Terminator end(LoweredBlock block, int firstSite, Ways ways) {
    return switch (block.end()) {
      case End.Jump it -> new Terminator.Jump(blockNumbers.get(it.target()));
      case End.Branch it -> {
        int taken = blockNumbers.get(it.taken());
        int otherwise = blockNumbers.get(it.otherwise());
        yield new Terminator.Branch(
            registers.number(it.guard().predicate()),
            it.guard().negated(),
            taken,
            otherwise,
            ways.join(),
            ways.escape(taken, otherwise));
      }
      case End.Indexed it -> {
        int[] targets = it.targets().stream().mapToInt(blockNumbers::get).toArray();
        yield new Terminator.Indexed(
            blockNumbers.get(block),
            encode(it.index(), firstSite, it.site()),
            list(targets),
            list(Arrays.stream(targets).map(target -> ways.isEscape(target) ? 1 : 0).toArray()),
            ways.join(),
            firstSite + it.site());
      }
      case End.Leave it ->
          new Terminator.Leave(
              predicate(it.guard()),
              isNegated(it.guard()),
              it.isExit(),
              it.next().map(blockNumbers::get).orElse(Terminator.NOWHERE));
      case End.Call it ->
          new Terminator.Call(
              predicate(it.guard()), isNegated(it.guard()), entries.get(it.callee()), blockNumbers.get(it.next()));
      case End.Wait it -> new Terminator.Wait(blockNumbers.get(it.next()));
    };
  }

  /** The number of a list; of the same one, if there is one. */
  private int list(int[] elements) {
    return listNumbers.computeIfAbsent(
        Arrays.stream(elements).boxed().toList(),
        it -> {
          lists.add(elements);
          return lists.size() - 1;
        });
  }

  private int encode(Arg argument, int firstSite, int site) {
    return switch (argument) {
      case Arg.Register it ->
          it.register().bank() == Bank.PREDICATE
              ? registers.number(it.register())
              : registers.number(it.register()) * Lanes.WARP;
      case Arg.WordConstant it -> behind(Bank.WORD, wordConstants.get(it.value()));
      case Arg.LongConstant it -> behind(Bank.LONG, longConstants.get(it.value()));
      case Arg.Truth it -> it.value() ? 1 : 0;
      case Arg.Special it ->
          it.register().bank() == Bank.LONG
              ? behind(Bank.LONG, longConstants.size() + longSpecials.get(it.register()))
              : behind(Bank.WORD, wordConstants.size() + wordSpecials.get(it.register()));
      case Arg.SymbolAddress it -> encode(constant(it), firstSite, site);
      case Arg.SymbolNumber it -> (int) layout.address(it.symbol());
      case Arg.Number it -> it.value();
      case Arg.Registers it ->
          list(it.registers().stream().mapToInt(element -> encode(element, firstSite, site)).toArray());
      case Arg.Plan it -> {
        plans.add(it.plan());
        yield plans.size() - 1;
      }
      case Arg.Site it -> firstSite + site;
      case Arg.SiteOf it -> firstSite + it.site();
    };
  }

  private int behind(Bank bank, int index) {
    return (registers.count(bank) + index) * Lanes.WARP;
  }
}
