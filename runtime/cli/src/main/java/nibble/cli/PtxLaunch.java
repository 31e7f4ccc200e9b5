package nibble.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.emulator.schedule.Schedule;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is launched, and how: shared by the verbs that run a kernel. */
final class PtxLaunch {
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
          + "=random:SEED; a scalar n:s32=1000; a tensor map m:map[4096,1024]=BUFFER/128,64/128 of extents, box and "
          + "bytes of the swizzle, if it has one. Types: s8 u8 s16 u16 s32 u32 s64 u64 f16 f32 f64; narrow floats as "
          + "raw u8 or u16.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--step-limit", paramLabel = "N",
      description = "Basic blocks that the warps of a thread block may execute before the kernel counts as endless; no "
          + "limit unless given.")
  private Optional<Long> stepLimit;

  @Option(
      names = "--schedule", defaultValue = "round-robin", paramLabel = "SCHEDULE",
      description = "In which order warps run: round-robin (the default), random:SEED, or adversarial:SEED, which "
          + "holds back the warp whose delay could matter. The same schedule does the same again, bit for bit.")
  private String schedule;

  Path file() {
    return file;
  }

  LaunchConfig config() {
    if (shared < 0) {
      throw new UsageException("--shared " + shared + ": a size can't be negative", "give a number of bytes");
    }
    return new LaunchConfig(extent("--grid", grid), extent("--block", block), shared);
  }

  PtxArguments arguments() {
    return PtxArguments.parse(arguments);
  }

  /** A machine that runs it. */
  Machine.Builder machine() {
    Machine.Builder builder = Machine.builder().schedule(schedule());
    stepLimit.ifPresent(limit -> builder.stepLimit(positive("--step-limit", limit)));
    return builder;
  }

  Schedule schedule() {
    return Schedule.parse(schedule).orElseThrow(() -> new UsageException(
        "--schedule " + schedule + ": there is no such schedule", "write round-robin, random:7 or adversarial:7"));
  }

  PtxKernel kernel(PtxProgram program) {
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

  private static long positive(String option, long number) {
    if (number < 1) {
      throw new UsageException(option + " " + number + ": it must be 1 or more", "see nibble ptx run --help");
    }
    return number;
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
}
