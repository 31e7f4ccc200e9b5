package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nibble.codegen.target.UnknownTargetException;
import nibble.emulator.KernelFault;
import nibble.emulator.MachineException;
import nibble.emulator.PtxException;
import nibble.engine.compile.BackendBug;
import nibble.engine.device.DeviceException;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import nibble.passes.PassBug;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Tells users what went wrong. Only a bug of ours shows a stack trace, and that goes into a file.
 *
 * @param streams where to
 * @param args the command line, to be repeated
 */
record Failures(Streams streams, List<String> args) implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] commandLine) {
    CommandLineProblem problem = CommandLineProblem.of(e);
    return tell(
        ExitCode.USAGE, args.contains("--json"), List.of(diagnostic(problem.message(), problem.hint())));
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    boolean json = args.contains("--json");
    return switch (e) {
      case ParameterException wrong -> handleParseException(wrong, null);
      case UsageException wrong -> tell(ExitCode.USAGE, json, wrong.diagnostics());
      case InputException wrong -> tell(ExitCode.COMPILE_ERROR, json, wrong.diagnostics());
      case PtxException wrong -> tell(ExitCode.COMPILE_ERROR, json, PtxProblems.diagnostics(wrong));
      case UnknownTargetException wrong ->
          tell(ExitCode.USAGE, json, List.of(diagnostic(wrong.getMessage(), "see nibble targets")));
      case DeviceException failed ->
          tell(ExitCode.DEVICE_ERROR, json, List.of(diagnostic(failed.getMessage(), failed.hint())));
      case KernelFault failed -> tell(ExitCode.DEVICE_ERROR, json, List.of(diagnostic(failed.getMessage())));
      case MachineException failed -> tell(ExitCode.DEVICE_ERROR, json, List.of(diagnostic(failed.getMessage())));
      case PassBug bug -> bug(json, bug, Optional.of(bug.reproducer()));
      case BackendBug bug -> bug(json, bug, Optional.of(bug.reproducer()));
      default -> bug(json, e, Optional.empty());
    };
  }

  /** What the JVM could not do. */
  int handle(Error e) {
    boolean json = args.contains("--json");
    return e instanceof OutOfMemoryError
        ? tell(ExitCode.COMPILE_ERROR, json, List.of(diagnostic(
            "there is not enough memory: " + e.getMessage(),
            "take smaller sizes, or give the JVM more: NIBBLE_JVM_FLAGS=-Xmx16g")))
        : bug(json, e, Optional.empty());
  }

  private int tell(ExitCode code, boolean json, List<Diagnostic> diagnostics) {
    if (json) {
      ObjectNode report = Json.object();
      report.put("exitCode", code.code());
      ArrayNode errors = report.putArray("errors");
      diagnostics.forEach(diagnostic -> errors.add(Json.of(diagnostic)));
      Json.print(report, streams.out());
    }
    streams.err().print(new DiagnosticRenderer(SourceTexts.of(diagnostics, args)).render(diagnostics));
    return code.code();
  }

  private int bug(boolean json, Throwable bug, Optional<String> reproducer) {
    StringWriter trace = new StringWriter();
    bug.printStackTrace(new PrintWriter(trace));
    String kept = write(trace.toString(), reproducer);
    String message = bug instanceof PassBug || bug instanceof BackendBug
        ? bug.getMessage() : bug.getClass().getSimpleName() + ": " + bug.getMessage();
    Diagnostic diagnostic = diagnostic("this is a bug in Nibble or in a plugin: " + message, kept);
    return tell(ExitCode.BUG, json, List.of(diagnostic));
  }

  private String write(String trace, Optional<String> reproducer) {
    StringBuilder text = new StringBuilder();
    text.append("// nibble ").append(String.join(" ", args)).append('\n');
    trace.lines().forEach(line -> text.append("// ").append(line).append('\n'));
    reproducer.ifPresent(text::append);
    try {
      Path file = Files.createTempFile("nibble-bug-", ".ir");
      Files.writeString(file, text);
      return "what is needed to reproduce it is in " + file;
    } catch (IOException e) {
      return "run it again with the same arguments: nibble " + String.join(" ", args);
    }
  }

  private static Diagnostic diagnostic(String message) {
    return Diagnostic.error(message, nibble.ir.Location.UNKNOWN);
  }

  private static Diagnostic diagnostic(String message, String hint) {
    return diagnostic(message).hint(hint);
  }

  private static Diagnostic diagnostic(String message, Optional<String> hint) {
    return hint.map(text -> diagnostic(message, text)).orElseGet(() -> diagnostic(message));
  }

  /** Diagnostics that are no errors. */
  static void warn(Streams streams, ImmutableList<Diagnostic> warnings) {
    if (!warnings.isEmpty()) {
      streams.err().print(new DiagnosticRenderer(SourceTexts.of(warnings, List.of())).render(warnings));
      streams.err().flush();
    }
  }
}
