package nibble.emulator.lower;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import nibble.emulator.code.Bank;

/**
 * Gives registers numbers by linear scan, so that those whose lives do not overlap share one. A kernel declares
 * hundreds or thousands of registers and has some dozens alive at a time; without this a warp's registers would not fit
 * the cache.
 */
final class RegisterAllocation {
  /** Predicates 0 and 1 are false and true. */
  static final int FIRST_PREDICATE = 2;

  private final Map<VirtualRegister, Integer> numbers = new IdentityHashMap<>();
  private final Map<Bank, Integer> used = new EnumMap<>(Bank.class);

  RegisterAllocation() {
    used.put(Bank.WORD, 0);
    used.put(Bank.LONG, 0);
    used.put(Bank.PREDICATE, FIRST_PREDICATE);
  }

  /** Allocates the registers of a function, apart from those of the functions before it. */
  void add(List<LoweredBlock> blocks) {
    List<LiveIntervals.Interval> intervals =
        new LiveIntervals(blocks)
            .all().stream().sorted(Comparator.comparingInt(it -> it.start)).toList();
    for (Bank bank : Bank.values()) {
      scan(bank, intervals.stream().filter(it -> it.register.bank() == bank).toList());
    }
  }

  private void scan(Bank bank, List<LiveIntervals.Interval> intervals) {
    PriorityQueue<LiveIntervals.Interval> active = new PriorityQueue<>(Comparator.comparingInt(it -> it.end));
    PriorityQueue<Integer> free = new PriorityQueue<>();
    for (LiveIntervals.Interval interval : intervals) {
      if (interval.register.isPinned()) {
        number(interval.register);
        continue;
      }
      while (!active.isEmpty() && active.peek().end < interval.start) {
        free.add(numbers.get(active.remove().register));
      }
      numbers.put(interval.register, free.isEmpty() ? fresh(bank) : free.remove());
      active.add(interval);
    }
  }

  private int fresh(Bank bank) {
    return used.merge(bank, 1, Integer::sum) - 1;
  }

  /** The register's number; a pinned one that no function has mentioned yet gets one now. */
  int number(VirtualRegister register) {
    Integer number = numbers.get(register);
    if (number == null) {
      if (!register.isPinned()) {
        throw new IllegalStateException("register " + register + " was not allocated");
      }
      number = fresh(register.bank());
      numbers.put(register, number);
    }
    return number;
  }

  /** How many registers of a bank are in use. */
  int count(Bank bank) {
    return used.get(bank);
  }
}
