package nibble.emulator.lower;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a thread knows at a point of its program about the registers of its {@code wgmma}: which of them are still being
 * read or summed into, and which it has accessed itself since its last {@code wgmma.fence}.
 */
final class WarpgroupAccess {
  /** The site of what happened before the function began. */
  static final int NO_SITE = -1;
  /** Groups behind the newest that are told apart; {@code wgmma.wait_group} leaves at most seven. */
  private static final int MOST_GROUPS = 8;

  private final Map<VirtualRegister, Flight> inFlight = new IdentityHashMap<>();
  private final Map<VirtualRegister, Integer> touched = new IdentityHashMap<>();
  private boolean neverFenced;

  /** How the thread accesses a register. */
  enum Kind {
    READ,
    WRITTEN
  }

  /**
   * A {@code wgmma} that may not be finished.
   *
   * @param groups that have been committed since it was issued, its own among them
   * @param isSum whether it changes the register
   */
  private record Flight(int site, int groups, boolean isSum) {
    Flight later() {
      return new Flight(site, Math.min(groups + 1, MOST_GROUPS), isSum);
    }

    /** What holds if either may be: the one that takes longer. */
    Flight or(Flight other) {
      Flight longer = other.groups < groups ? other : this;
      return new Flight(longer.site, longer.groups, isSum || other.isSum);
    }
  }

  /**
   * An access that nothing orders.
   *
   * @param deed what is done here, in words
   * @param site of what it has no order with
   */
  record Fault(VirtualRegister register, String deed, int site) {
    String describe() {
      return "register " + register.name() + " " + deed;
    }
  }

  /**
   * The start of a function.
   *
   * @param isEntry whether it is a kernel: of functions the caller has fenced
   */
  static WarpgroupAccess atStart(boolean isEntry) {
    WarpgroupAccess start = new WarpgroupAccess();
    start.neverFenced = isEntry;
    return start;
  }

  WarpgroupAccess copy() {
    WarpgroupAccess copy = new WarpgroupAccess();
    copy.inFlight.putAll(inFlight);
    copy.touched.putAll(touched);
    copy.neverFenced = neverFenced;
    return copy;
  }

  /** Adds what holds on another path; whether that was news. */
  boolean join(WarpgroupAccess other) {
    boolean isNew = other.neverFenced && !neverFenced;
    neverFenced |= other.neverFenced;
    for (Map.Entry<VirtualRegister, Flight> entry : other.inFlight.entrySet()) {
      Flight known = inFlight.get(entry.getKey());
      Flight met = known == null ? entry.getValue() : known.or(entry.getValue());
      isNew |= !Objects.equals(inFlight.put(entry.getKey(), met), met);
    }
    for (Map.Entry<VirtualRegister, Integer> entry : other.touched.entrySet()) {
      isNew |= touched.putIfAbsent(entry.getKey(), entry.getValue()) == null;
    }
    return isNew;
  }

  /** {@code wgmma.fence}, which some lanes may not execute. */
  void fence(boolean isGuarded) {
    if (!isGuarded) {
      touched.clear();
      neverFenced = false;
    }
  }

  /** {@code wgmma.commit_group}. */
  void commit() {
    inFlight.replaceAll((register, flight) -> flight.later());
  }

  /** {@code wgmma.wait_group}, which leaves so many groups under way. */
  void await(int pending) {
    inFlight.values().removeIf(flight -> flight.groups > pending);
  }

  /**
   * {@code wgmma.mma_async}. Sums of one {@code wgmma} may be those of the next with no order between.
   *
   * @param factors those of the left factor, if it is in registers
   */
  void multiply(List<VirtualRegister> sums, List<VirtualRegister> factors, int site, Consumer<Fault> faults) {
    Optional<Fault> fault = factors.stream().filter(it -> inFlight.containsKey(it) && inFlight.get(it).isSum)
        .map(it -> new Fault(it, "is a factor here before the wgmma that sums into it has been waited for",
            inFlight.get(it).site))
        .findFirst();
    fault.or(() -> unfenced(sums)).or(() -> unfenced(factors)).ifPresent(faults);
    factors.forEach(it -> inFlight.putIfAbsent(it, new Flight(site, 0, false)));
    sums.forEach(it -> inFlight.put(it, new Flight(site, 0, true)));
  }

  private Optional<Fault> unfenced(List<VirtualRegister> registers) {
    String deed = "goes to a wgmma here, and no wgmma.fence is behind the last access of it";
    return registers.stream().filter(touched::containsKey).map(it -> new Fault(it, deed, touched.get(it))).findFirst()
        .or(() -> registers.stream().filter(it -> neverFenced).map(it -> new Fault(it, deed, NO_SITE)).findFirst());
  }

  /** A move, which may be none in the end: both registers are in one state. */
  void move(VirtualRegister source, VirtualRegister target) {
    copy(inFlight, source, target);
    copy(touched, source, target);
  }

  private static <V> void copy(Map<VirtualRegister, V> map, VirtualRegister source, VirtualRegister target) {
    V value = map.get(source);
    if (value == null) {
      map.remove(target);
    } else {
      map.put(target, value);
    }
  }

  /** Any other access. */
  Optional<Fault> touch(VirtualRegister register, Kind kind, int site) {
    touched.put(register, site);
    Flight flight = inFlight.get(register);
    if (flight == null || kind == Kind.READ && !flight.isSum) {
      return Optional.empty();
    }
    String deed =
        kind == Kind.READ
            ? "is read here before the wgmma that sums into it has been waited for"
            : "is written here while a wgmma has it that has not been waited for";
    return Optional.of(new Fault(register, deed, flight.site));
  }
}
