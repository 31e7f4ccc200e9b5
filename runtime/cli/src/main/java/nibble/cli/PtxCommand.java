package nibble.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What can be done with PTX, whoever wrote it. */
@Command(
    name = "ptx", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "VERB",
    description = "Runs, checks or profiles any PTX on the PTX machine.")
final class PtxCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "run, check or profile?");
  }
}
