package nibble.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command, of which the verbs are parts. */
@Command(
    name = "nibble",
    version = "nibble 0.1.0",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "VERB",
    exitCodeListHeading = "%nExit codes:%n",
    description = "Compiles quantized and sparse tensor programs to GPU kernels, runs them, and proves them.")
public final class Nibble implements Runnable {
  @Spec private CommandSpec spec;

  private Nibble() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter err = new PrintWriter(StandardError.restore(), false);
    StandardOutput results = new StandardOutput();
    PrintWriter out = new PrintWriter(results, false, StandardCharsets.UTF_8);
    // The launcher knows whether standard error is a terminal; Java can't tell.
    int code = run(new Streams(out, err, Boolean.getBoolean("nibble.terminal")), List.of(args));
    if (results.failure().isPresent() && code == ExitCode.OK.code()) {
      err.println("error: standard output can't be written: " + results.failure().get());
      err.flush();
      code = ExitCode.COMPILE_ERROR.code();
    }
    System.exit(code);
  }

  /**
   * Runs the command within this process.
   *
   * @param out takes what goes to standard output
   * @param err takes messages
   * @return the exit code
   */
  public static int run(PrintWriter out, PrintWriter err, List<String> args) {
    return run(new Streams(out, err, false), args);
  }

  /** Runs the command within this process and returns its exit code. */
  static int run(Streams streams, List<String> args) {
    CommandLine command = new CommandLine(new Nibble())
        .addSubcommand(new RunCommand(streams))
        .addSubcommand(new CompileCommand(streams))
        .addSubcommand(new OptCommand(streams))
        .addSubcommand(new ExplainCommand(streams))
        .addSubcommand(new CompareCommand(streams))
        .addSubcommand(new FmtCommand(streams))
        .addSubcommand(new PassesCommand(streams))
        .addSubcommand(new OpsCommand(streams))
        .addSubcommand(new FormatsCommand(streams))
        .addSubcommand(new MatrixCommand(streams))
        .addSubcommand(new TargetsCommand(streams))
        .addSubcommand(new CompletionCommand(streams))
        .addSubcommand(new CommandLine.HelpCommand())
        .addSubcommand(new CommandLine(new PtxCommand())
            .addSubcommand(new PtxRunCommand(streams))
            .addSubcommand(new PtxCheckCommand(streams))
            .addSubcommand(new PtxProfileCommand(streams)));
    command.getCommandSpec().usageMessage().exitCodeList(ExitCode.meanings());
    Failures failures = new Failures(streams, args);
    command.setOut(streams.out());
    command.setErr(streams.err());
    command.setExecutionExceptionHandler(failures);
    command.setParameterExceptionHandler(failures);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setUsageHelpAutoWidth(false);
    command.setUsageHelpWidth(100);
    int code;
    try {
      code = command.execute(args.toArray(String[]::new));
    } catch (OutOfMemoryError | StackOverflowError | LinkageError | AssertionError e) {
      code = failures.handle(e);
    }
    streams.out().flush();
    streams.err().flush();
    return code;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which verb?");
  }
}
