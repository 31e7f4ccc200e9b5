package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.engine.file.NumpyArray;
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
      description = "Once for each parameter, in order: a buffer name:f32[1024]=@in.npy, =zeros, =iota or =random:SEED; "
          + "a scalar n:s32=1000. Types: s8 u8 s16 u16 s32 u32 s64 u64 f16 f32 f64; narrow floats as raw u8 or u16.")
  private List<String> arguments = new ArrayList<>();

  @Option(names = "--save", paramLabel = "NAME=FILE", description = "Saves a buffer after the run as an array (.npy).")
  private Map<String, Path> save = new LinkedHashMap<>();

  @Option(
      names = "--check", split = ",", paramLabel = "CHECK",
      description = "What to check: memory (always checked), barrier (always checked).")
  private List<String> checks = new ArrayList<>();

  @Option(names = "--counters", description = "Prints what was counted.")
  private boolean counters;

  PtxRunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    PtxChecks.require(checks);
    LaunchConfig config = new LaunchConfig(extent("--grid", grid), extent("--block", block), shared);
    List<PtxArgument> parsed = arguments.stream().map(PtxArgument::parse).toList();
    requireBuffers(parsed);
    String text = PtxText.read(file);
    try (Machine machine = Machine.builder().build(); PtxProgram program = machine.load(text, file.toString())) {
      PtxKernel kernel = kernel(program);
      requireCount(kernel, parsed);
      Map<String, Allocation> buffers = new LinkedHashMap<>();
      List<Argument> bound = parsed.stream().map(argument -> bind(argument, machine, buffers)).toList();
      try {
        LaunchResult result = machine.launch(kernel, config, bound);
        List<String> saved = save(parsed, buffers);
        report(kernel, Optional.of(result), ImmutableList.of(), saved);
        return ExitCode.OK.code();
      } catch (KernelFault fault) {
        report(kernel, Optional.empty(), ImmutableList.of(fault), List.of());
        return ExitCode.CHECK_FAILED.code();
      }
    }
  }

  private PtxKernel kernel(PtxProgram program) {
    if (entry.isPresent()) {
      return program.kernel(entry.get());
    }
    if (program.kernels().size() != 1) {
      throw new InputException(
          file + ": which kernel? It has " + program.kernels(), "choose one with --entry");
    }
    return program.kernels().getFirst();
  }

  private void requireCount(PtxKernel kernel, List<PtxArgument> given) {
    if (given.size() != kernel.parameters().size()) {
      throw new InputException(
          "the kernel " + kernel.name() + " takes " + kernel.parameters().size() + " arguments, and " + given.size()
              + " were given",
          "give --arg once for each, in order: " + kernel.parameters().stream()
              .map(parameter -> parameter.name() + " of " + parameter.size() + " bytes").toList());
    }
  }

  private void requireBuffers(List<PtxArgument> given) {
    List<String> names = given.stream()
        .filter(argument -> argument instanceof PtxArgument.Buffer).map(PtxArgument::name).toList();
    save.forEach((name, path) -> {
      if (!names.contains(name)) {
        throw new InputException(
            "--save " + name + ": there is no such buffer",
            Suggestion.didYouMean(name, names).orElse("there are " + String.join(", ", names)));
      }
      SavedOutputs.requireFolder(path);
    });
  }

  private static Argument bind(PtxArgument argument, Machine machine, Map<String, Allocation> buffers) {
    return switch (argument) {
      case PtxArgument.Scalar scalar -> Argument.of(scalar.bytes());
      case PtxArgument.Buffer buffer -> {
        Allocation allocation = machine.memory().allocate(buffer.bytes(), buffer.name());
        if (buffers.put(buffer.name(), allocation) != null) {
          throw new InputException("two buffers are called '" + buffer.name() + "'");
        }
        yield Argument.of(allocation);
      }
    };
  }

  private List<String> save(List<PtxArgument> given, Map<String, Allocation> buffers) {
    List<String> saved = new ArrayList<>();
    for (PtxArgument argument : given) {
      Path path = save.get(argument.name());
      if (path != null && argument instanceof PtxArgument.Buffer buffer) {
        new NumpyArray(buffer.kind().numpy(), buffer.extents(), buffers.get(buffer.name()).read()).write(path);
        saved.add(path.toString());
      }
    }
    return saved;
  }

  private static Extent extent(String option, String text) {
    String[] parts = text.split("[,x]");
    int[] extents = {1, 1, 1};
    try {
      for (int i = 0; i < parts.length; i++) {
        extents[i] = Integer.parseInt(parts[i].strip());
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new InputException(option + " " + text + ": these are not one to three numbers", "write " + option + " 4,2,1");
    }
    return new Extent(extents[0], extents[1], extents[2]);
  }

  private void report(PtxKernel kernel, Optional<LaunchResult> result, List<KernelFault> faults, List<String> saved) {
    if (json.isOn()) {
      ObjectNode node = Json.object();
      node.put("entry", kernel.name());
      ArrayNode findings = node.putArray("findings");
      faults.forEach(fault -> findings.add(PtxChecks.finding(fault)));
      ObjectNode counted = node.putObject("counters");
      result.ifPresent(done -> PtxChecks.counters(done).forEach(counted::put));
      Json.put(node, "seconds", result.map(LaunchResult::seconds).orElse(Double.NaN));
      ArrayNode files = node.putArray("saved");
      saved.forEach(files::add);
      result.ifPresent(done -> done.output().forEach(node.withArray("printed")::add));
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
