package nibble.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes what a shell needs to complete verbs and options. */
@Command(
    name = "completion", mixinStandardHelpOptions = true,
    description = "Writes a script with which bash and zsh complete verbs and options: source <(nibble completion)")
final class CompletionCommand implements Callable<Integer> {
  private final Streams streams;
  @Spec private CommandSpec spec;

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    streams.out().print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
    return ExitCode.OK.code();
  }
}
