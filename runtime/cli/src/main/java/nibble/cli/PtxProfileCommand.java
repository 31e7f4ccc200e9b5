package nibble.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.emulator.model.Target;
import nibble.emulator.profile.Rates;
import nibble.emulator.profile.Roofline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts what a kernel does. */
@Command(
    name = "profile", mixinStandardHelpOptions = true,
    description = "Runs a kernel of any PTX on the PTX machine and says what it did: instructions by class and line, "
        + "memory traffic, bank conflicts, divergence, tensor operations, and the modelled time on a target's chip.")
final class PtxProfileCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();
  @Mixin private PtxLaunch launch = new PtxLaunch();

  @Option(names = "--target", paramLabel = "sm_XX", description = "Whose rates; the PTX's target unless given.")
  private Optional<String> target;

  @Option(
      names = "--lines", defaultValue = "10", paramLabel = "N", description = "Most lines to list; 10 unless given.")
  private int lines;

  PtxProfileCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    LaunchConfig config = launch.config();
    PtxArguments parsed = launch.arguments();
    Optional<Target> chosen = target.map(PtxProfileCommand::target);
    Machine.Builder builder = launch.machine().counters(true);
    String text = PtxText.read(launch.file());
    try (Machine machine = builder.build(); PtxProgram program = machine.load(text, launch.file().toString())) {
      PtxKernel kernel = launch.kernel(program);
      parsed.requireFit(kernel);
      LaunchResult result = machine.launch(kernel, config, parsed.bind(machine).values());
      Rates rates = Rates.of(chosen.orElse(kernel.target()));
      PtxProfile profile = new PtxProfile(
          kernel.name(), config, result, Roofline.of(result.counters().orElseThrow(), result.blocks(), rates));
      if (json.isOn()) {
        Json.print(profile.json(), streams.out());
      } else {
        List<String> told = profile.text(Math.max(0, lines));
        told.forEach(streams.out()::println);
      }
      return ExitCode.OK.code();
    } catch (KernelFault fault) {
      streams.err().println("error: " + Finding.of(fault, launch.schedule().toString()));
      return ExitCode.CHECK_FAILED.code();
    }
  }

  private static Target target(String name) {
    return Target.of(name).orElseThrow(() -> new UsageException(
        "--target " + name + ": there is no such target", "write sm_80, sm_90a or another one of nibble targets"));
  }
}
