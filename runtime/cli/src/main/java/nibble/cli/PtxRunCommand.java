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
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a kernel of any PTX on the PTX machine. */
@Command(
    name = "run", mixinStandardHelpOptions = true,
    description = "Runs a kernel of any PTX on the PTX machine.")
final class PtxRunCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();
  @Mixin private PtxLaunch launch = new PtxLaunch();

  @Option(names = "--save", paramLabel = "NAME=FILE", description = "Saves a buffer after the run as an array (.npy).")
  private Map<String, Path> save = new LinkedHashMap<>();

  @Option(
      names = "--check", split = ",", paramLabel = "CHECK",
      description = "What to look for: init (memory and registers read before they are written), race (accesses that "
          + "nothing orders, copies nobody waited for), barrier, aligned (lanes that must be together), or all. "
          + "memory (out of bounds, misaligned, freed) and execution (traps, assertions, ...) are always checked.")
  private List<String> checks = new ArrayList<>();

  @Option(names = "--counters", description = "Prints what was counted.")
  private boolean counters;

  PtxRunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    LaunchConfig config = launch.config();
    PtxArguments parsed = launch.arguments();
    parsed.requireSavable(save);
    String schedule = launch.schedule().toString();
    Machine.Builder builder = launch.machine().checks(PtxChecks.named(checks));
    String text = PtxText.read(launch.file());
    try (Machine machine = builder.build(); PtxProgram program = machine.load(text, launch.file().toString())) {
      PtxKernel kernel = launch.kernel(program);
      parsed.requireFit(kernel);
      PtxArguments.Bound bound = parsed.bind(machine);
      Stopwatch watch = Stopwatch.createStarted();
      try {
        LaunchResult result = machine.launch(kernel, config, bound.values());
        List<String> saved = result.findings().isEmpty() ? bound.save(save) : List.of();
        report(kernel, Optional.of(result), result.findings(), saved, result.seconds());
        return (result.findings().isEmpty() ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
      } catch (KernelFault fault) {
        List<Finding> findings = ImmutableList.<Finding>builder()
            .addAll(fault.findings()).add(Finding.of(fault, schedule)).build();
        report(kernel, Optional.empty(), findings, List.of(), watch.elapsed().toNanos() / 1e9);
        return ExitCode.CHECK_FAILED.code();
      }
    }
  }

  private void report(
      PtxKernel kernel, Optional<LaunchResult> result, List<Finding> findings, List<String> saved, double seconds) {
    if (json.isOn()) {
      ObjectNode node = Json.object();
      node.put("entry", kernel.name());
      ArrayNode found = node.putArray("findings");
      findings.forEach(finding -> found.add(PtxChecks.json(finding)));
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
    findings.forEach(finding -> streams.err().println("error: " + finding));
  }
}
