package nibble.cli;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
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
    description = "Compiles quantized and sparse tensor programs to GPU kernels, runs them, and proves them.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:a verification or check failed",
      "2:the command line is wrong",
      "3:the model, recipe, weights, inputs or PTX are wrong",
      "4:the device can't be had, or a kernel failed on it",
      "5:Nibble itself failed; a file to reproduce it was written"
    })
public final class Nibble implements Runnable {
  @Spec private CommandSpec spec;

  private Nibble() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintStream messages = messages();
    System.setErr(messages);
    PrintWriter out =
        new PrintWriter(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(messages, false, StandardCharsets.UTF_8);
    // The launcher knows whether standard error is a terminal; Java can't tell.
    int code = run(new Streams(out, err, Boolean.getBoolean("nibble.terminal")), List.of(args));
    System.exit(code);
  }

  /** Standard error, or the file that the launcher names in its place. */
  private static PrintStream messages() {
    String path = System.getProperty("nibble.stderr");
    if (path == null) {
      return System.err;
    }
    try {
      // To append is what keeps the redirection of a file from being cut.
      return new PrintStream(new FileOutputStream(path, true), true, StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return System.err;
    }
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
        .addSubcommand(new FmtCommand(streams))
        .addSubcommand(new PassesCommand(streams))
        .addSubcommand(new OpsCommand(streams))
        .addSubcommand(new FormatsCommand(streams))
        .addSubcommand(new TargetsCommand(streams))
        .addSubcommand(new CommandLine(new PtxCommand())
            .addSubcommand(new PtxRunCommand(streams))
            .addSubcommand(new PtxCheckCommand(streams)));
    Failures failures = new Failures(streams, args);
    command.setOut(streams.out());
    command.setErr(streams.err());
    command.setExecutionExceptionHandler(failures);
    command.setParameterExceptionHandler(failures);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setUsageHelpAutoWidth(false);
    command.setUsageHelpWidth(100);
    int code = command.execute(args.toArray(String[]::new));
    streams.out().flush();
    streams.err().flush();
    return code;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which verb?");
  }
}
