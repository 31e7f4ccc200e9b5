package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Stopwatch;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a kernel of any PTX on the PTX machine. */
@Command(
    name = "run", mixinStandardHelpOptions = true,
    description = "Runs a kernel of any PTX on the PTX machine.")
final class PtxRunCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(paramLabel = "FILE", description = "PTX.")
  private Path file;

  @Option(names = "--entry", paramLabel = "K", description = "The kernel; the only one unless given.")
  private Optional<String> entry;

  @Option(names = "--grid", required = true, paramLabel = "x,y,z", description = "Blocks.")
  private String grid;

  @Option(names = "--block", required = true, paramLabel = "x,y,z", description = "Threads of a block.")
  private String block;

  @Option(names = "--shared", defaultValue = "0", paramLabel = "N", description = "Bytes of dynamic shared memory.")
  private int shared;

  @Option(
      names = "--arg", paramLabel = "ARG",
      description = "Once for each parameter, in order: a buffer name:f32[1024]=@in.npy, =zeros, =iota or "
          + "=random:SEED; a scalar n:s32=1000. Types: s8 u8 s16 u16 s32 u32 s64 u64 f16 f32 f64; narrow floats as raw "
          + "u8 or u16.")
  private List<String> arguments = new ArrayList<>();

  @Option(names = "--save", paramLabel = "NAME=FILE", description = "Saves a buffer after the run as an array (.npy).")
  private Map<String, Path> save = new LinkedHashMap<>();

  @Option(
      names = "--check", split = ",", paramLabel = "CHECK",
      description = "What to check: memory (always checked), barrier (always checked).")
  private List<String> checks = new ArrayList<>();

  @Option(
      names = "--step-limit", paramLabel = "N",
      description = "Basic blocks that the warps of a thread block may execute before the kernel counts as endless; no "
          + "limit unless given.")
  private Optional<Long> stepLimit;

  @Option(names = "--counters", description = "Prints what was counted.")
  private boolean counters;

  PtxRunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    PtxChecks.require(checks);
    LaunchConfig config = new LaunchConfig(extent("--grid", grid), extent("--block", block), shared());
    PtxArguments parsed = PtxArguments.parse(arguments);
    parsed.requireSavable(save);
    String text = PtxText.read(file);
    try (Machine machine = machine(); PtxProgram program = machine.load(text, file.toString())) {
      PtxKernel kernel = kernel(program);
      parsed.requireFit(kernel);
      PtxArguments.Bound bound = parsed.bind(machine);
      Stopwatch watch = Stopwatch.createStarted();
      try {
        LaunchResult result = machine.launch(kernel, config, bound.values());
        report(kernel, Optional.of(result), ImmutableList.of(), bound.save(save), result.seconds());
        return ExitCode.OK.code();
      } catch (KernelFault fault) {
        report(kernel, Optional.empty(), ImmutableList.of(fault), List.of(), watch.elapsed().toNanos() / 1e9);
        return ExitCode.CHECK_FAILED.code();
      }
    }
  }

  private Machine machine() {
    Machine.Builder builder = Machine.builder();
    stepLimit.ifPresent(limit -> builder.stepLimit(positive("--step-limit", limit)));
    return builder.build();
  }

  private int shared() {
    if (shared < 0) {
      throw new UsageException("--shared " + shared + ": a size can't be negative", "give a number of bytes");
    }
    return shared;
  }

  private static long positive(String option, long number) {
    if (number < 1) {
      throw new UsageException(option + " " + number + ": it must be 1 or more", "see nibble ptx run --help");
    }
    return number;
  }

  private PtxKernel kernel(PtxProgram program) {
    List<String> names = program.kernels().stream().map(PtxKernel::name).toList();
    if (names.isEmpty()) {
      throw new InputException(file + ": it has no kernel to run", "write one: .visible .entry name(...) { ... }");
    }
    String known = "it has " + String.join(", ", names);
    if (entry.isEmpty() && names.size() > 1) {
      throw new InputException(file + ": which kernel? " + known, "choose one with --entry");
    }
    String name = entry.orElse(names.getFirst());
    if (!names.contains(name)) {
      throw new InputException(
          file + ": it has no kernel '" + name + "'", Suggestion.didYouMean(name, names).orElse(known));
    }
    return program.kernel(name);
  }

  private static Extent extent(String option, String text) {
    String[] parts = text.split("[,x]", -1);
    int[] extents = {1, 1, 1};
    try {
      for (int i = 0; i < parts.length; i++) {
        extents[i] = (int) positive(option, Integer.parseInt(parts[i].strip()));
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new UsageException(
          option + " " + text + ": these are not one to three numbers", "write " + option + " 4,2,1");
    }
    return new Extent(extents[0], extents[1], extents[2]);
  }

  private void report(
      PtxKernel kernel, Optional<LaunchResult> result, List<KernelFault> faults, List<String> saved, double seconds) {
    if (json.isOn()) {
      ObjectNode node = Json.object();
      node.put("entry", kernel.name());
      ArrayNode findings = node.putArray("findings");
      faults.forEach(fault -> findings.add(PtxChecks.finding(fault)));
      ObjectNode counted = node.putObject("counters");
      result.ifPresent(done -> PtxChecks.counters(done).forEach(counted::put));
      node.put("seconds", seconds);
      ArrayNode files = node.putArray("saved");
      saved.forEach(files::add);
      ArrayNode printed = node.putArray("printed");
      result.ifPresent(done -> done.output().forEach(printed::add));
      Json.print(node, streams.out());
      return;
    }
    result.ifPresent(done -> {
      done.output().forEach(streams.out()::print);
      streams.out().println(String.format(
          Locale.ROOT, "%s: %d blocks in %.3f s%s", kernel.name(), done.blocks(), done.seconds(),
          saved.isEmpty() ? "" : "; saved " + String.join(", ", saved)));
      if (counters) {
        PtxChecks.counters(done).forEach((name, count) ->
            streams.out().println(String.format(Locale.ROOT, "  %-24s %,d", name, count)));
      }
    });
    faults.forEach(fault -> streams.err().println("error: " + fault.getMessage()));
  }
}
