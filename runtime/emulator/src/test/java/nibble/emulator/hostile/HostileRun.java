package nibble.emulator.hostile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Check;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchException;
import nibble.emulator.Machine;
import nibble.emulator.Problem;
import nibble.emulator.PtxException;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.emulator.Tier;
import nibble.emulator.schedule.Schedule;

/**
 * Loads PTX of unknown origin and runs its kernels on arguments that may not fit. Whatever the text is, it is refused
 * with a line and a column, or its kernels run to their ends or to a fault with a line.
 */
final class HostileRun {
  private static final int STEPS = 500;
  private static final long MEMORY = 64 << 20;
  private static final int MOST_KERNELS = 4;
  private static final int BUFFER_BYTES = 8192;

  private final Map<String, Integer> outcomes = new TreeMap<>();

  /** How often what came of it. */
  Map<String, Integer> outcomes() {
    return outcomes;
  }

  /**
   * Runs a text.
   *
   * @param seed of how it is run
   * @throws AssertionError where the machine does anything but run or refuse it
   */
  void run(String text, long seed) {
    Random random = new Random(seed);
    Tier tier = random.nextInt(8) == 0 ? Tier.COMPILED : Tier.INTERPRETED;
    Machine.Builder builder = Machine.builder().workers(1).memoryLimit(MEMORY).stepLimit(STEPS).tier(tier);
    if (random.nextInt(4) == 0) {
      builder.checks(EnumSet.allOf(Check.class));
      builder.schedule(random.nextBoolean() ? Schedule.roundRobin() : Schedule.adversarial(seed & 0xffff));
    }
    try (Machine machine = builder.build()) {
      load(machine, text, random);
    } catch (RuntimeException | Error wrong) {
      throw wrong instanceof AssertionError assertion ? assertion : new AssertionError(wrong);
    }
  }

  private void load(Machine machine, String text, Random random) {
    try (PtxProgram program = machine.load(text, "hostile.ptx")) {
      if (program.kernels().isEmpty()) {
        count("no kernels");
      }
      program.kernels().stream().limit(MOST_KERNELS).forEach(kernel -> launch(machine, kernel, text, random));
    } catch (PtxException refused) {
      assertFalse(refused.problems().isEmpty());
      int lines = text.split("\r\n|\r|\n", -1).length;
      for (Problem problem : refused.problems()) {
        boolean hasPlace = problem.line() >= 1 && problem.line() <= lines + 1 && problem.column() >= 1;
        assertTrue(hasPlace, () -> "no place: " + problem);
      }
      count("refused");
    }
  }

  private void launch(Machine machine, PtxKernel kernel, String text, Random random) {
    List<Argument> arguments = new ArrayList<>();
    List<Allocation> buffers = new ArrayList<>();
    for (PtxKernel.Parameter parameter : kernel.parameters()) {
      if (parameter.size() > BUFFER_BYTES) {
        count("large parameters");
        return;
      }
      arguments.add(argument(machine, parameter, buffers, random));
    }
    LaunchConfig config =
        LaunchConfig.of(1 + random.nextInt(2), 1 + random.nextInt(4) * 31)
            .withDynamicShared(random.nextInt(2) * 4096);
    try {
      machine.launch(kernel, config, arguments);
      count("ran");
    } catch (LaunchException unfit) {
      assertFalse(unfit.getMessage().isBlank());
      count("not launched");
    } catch (KernelFault fault) {
      assertTrue(fault.place().line() >= 1, fault::toString);
      count(fault.kind().toString());
    }
    buffers.forEach(machine.memory()::free);
  }

  private static Argument argument(
      Machine machine, PtxKernel.Parameter parameter, List<Allocation> buffers, Random random) {
    byte[] bytes = new byte[(int) parameter.size()];
    if (bytes.length == Long.BYTES && random.nextInt(16) != 0) {
      byte[] contents = new byte[BUFFER_BYTES];
      random.nextBytes(contents);
      Allocation buffer = machine.memory().allocate(contents, parameter.name());
      buffers.add(buffer);
      return Argument.of(buffer);
    }
    random.nextBytes(bytes);
    if (bytes.length == Integer.BYTES && random.nextInt(4) != 0) {
      return Argument.of(random.nextInt(300));
    }
    return Argument.of(bytes);
  }

  private void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }
}
