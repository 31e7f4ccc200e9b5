package nibble.emulator.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Check;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.schedule.Schedule;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every fault that was planted is found, at its lines and under every schedule; the same kernel repaired is found fault
 * with under none.
 */
class PlantedFaultTest {
  private static final List<Schedule> SCHEDULES = Schedule.some(2);

  private static Stream<PlantedFault> faults() {
    return PlantedFault.FILES.stream().flatMap(file -> PlantedFault.read(file).stream());
  }

  /** Runs a kernel under all checks; gives what was found, a fault that ended it included. */
  private static List<Finding> run(PlantedFault fault, boolean isFaulty, Schedule schedule) {
    try (Machine machine = machine(schedule)) {
      return run(machine, fault, isFaulty, schedule);
    }
  }

  private static Machine machine(Schedule schedule) {
    return Machine.builder().checks(EnumSet.allOf(Check.class)).schedule(schedule).stepLimit(20_000).build();
  }

  private static List<Finding> run(Machine machine, PlantedFault fault, boolean isFaulty, Schedule schedule) {
    PtxKernel kernel = machine.load(fault.text(isFaulty), "fault.ptx").kernel("k");
    Allocation x = machine.memory().allocate(new byte[4096], "x");
    Allocation y = machine.memory().allocate(4096, "y");
    Allocation flag = machine.memory().allocate(new byte[4], "flag");
    Allocation freed = machine.memory().allocate(4, "freed");
    Allocation out = machine.memory().allocate(4L * fault.grid() * fault.block(), "out");
    machine.memory().free(freed);
    LaunchConfig config = LaunchConfig.of(fault.grid(), fault.block()).withDynamicShared(fault.dynamicShared());
    try {
      return machine.launch(
              kernel, config, Argument.of(x), Argument.of(y), Argument.of(flag), Argument.of(freed.address()),
              Argument.of(out))
          .findings();
    } catch (KernelFault end) {
      List<Finding> findings = new ArrayList<>(end.findings());
      findings.add(Finding.of(end, schedule.toString()));
      return findings;
    }
  }

  @TestFactory
  Stream<DynamicTest> plantedFaultsAreFound() {
    return faults().map(fault -> DynamicTest.dynamicTest(fault.name(), () -> assertFound(fault)));
  }

  private static void assertFound(PlantedFault fault) {
    Set<Integer> marked = fault.markedLines();
    for (Schedule schedule : SCHEDULES) {
      List<Finding> findings = run(fault, true, schedule);
      Set<String> kinds = new TreeSet<>();
      findings.forEach(it -> kinds.add(it.kindText()));
      for (Set<String> oneOf : fault.kinds()) {
        assertFalse(Collections.disjoint(kinds, oneOf), () -> oneOf + " in " + text(findings) + fault.text(true));
      }
      fault.kinds().forEach(kinds::removeAll);
      kinds.removeAll(fault.consequences());
      assertEquals(Set.of(), kinds, () -> text(findings) + fault.text(true));
      for (Finding finding : findings) {
        assertTrue(marked.contains(finding.place().line()), () -> text(findings) + fault.text(true));
        finding.other().ifPresent(
            other -> assertTrue(marked.contains(other.line()), () -> text(findings) + fault.text(true)));
        assertEquals(schedule.toString(), finding.schedule());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> repairedKernelsAreFine() {
    return faults().map(fault -> DynamicTest.dynamicTest(fault.name(), () -> assertFine(fault)));
  }

  private static void assertFine(PlantedFault fault) {
    for (Schedule schedule : SCHEDULES) {
      List<Finding> findings = run(fault, false, schedule);
      assertEquals(List.of(), findings, () -> text(findings) + fault.text(false));
    }
  }

  /** Launches of one machine use the same memory one after the other: what one left there is nothing to the next. */
  @TestFactory
  Stream<DynamicTest> launchesDoNotSeeEachOther() {
    return Stream.of(true, false)
        .map(isFaulty -> DynamicTest.dynamicTest(isFaulty ? "faulty" : "repaired", () -> assertAlone(isFaulty)));
  }

  private static void assertAlone(boolean isFaulty) {
    Schedule schedule = SCHEDULES.getLast();
    try (Machine machine = machine(schedule)) {
      faults().forEach(
          fault -> {
            List<String> alone = places(run(fault, isFaulty, schedule));
            run(machine, fault, true, schedule);
            assertEquals(alone, places(run(machine, fault, isFaulty, schedule)), fault.text(isFaulty));
          });
    }
  }

  /** Findings without their addresses, which are others for each launch of a machine. */
  private static List<String> places(List<Finding> findings) {
    return findings.stream().map(it -> it.kindText() + " " + it.place() + " " + it.other()).toList();
  }

  private static String text(List<Finding> findings) {
    return String.join("\n", findings.stream().map(Finding::toString).toList()) + "\n";
  }

  /** There are enough of them, for every check, and no two of one name. */
  @Test
  void everyCheckHasFaults() {
    Set<String> names = new TreeSet<>();
    Set<String> kinds = new TreeSet<>();
    faults().forEach(
        fault -> {
          assertTrue(names.add(fault.name()), fault.name());
          fault.kinds().forEach(kinds::addAll);
        });
    assertTrue(names.size() >= 160, names.size() + " faults");
    Set<Check> checks = EnumSet.noneOf(Check.class);
    for (KernelFault.Kind kind : KernelFault.Kind.values()) {
      if (kinds.contains(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
        checks.add(kind.check());
      }
    }
    assertEquals(EnumSet.allOf(Check.class), checks);
  }
}
