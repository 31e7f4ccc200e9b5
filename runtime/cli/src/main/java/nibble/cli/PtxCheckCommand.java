package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import nibble.emulator.Machine;
import nibble.emulator.PtxException;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.DiagnosticRenderer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads PTX and says what is wrong with it. */
@Command(
    name = "check", mixinStandardHelpOptions = true,
    description = "Reads PTX, says everything that is wrong with it, and lists its kernels.")
final class PtxCheckCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(paramLabel = "FILE", description = "PTX.")
  private Path file;

  PtxCheckCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    String text = PtxText.read(file);
    ObjectNode node = Json.object();
    node.put("file", file.toString());
    try (Machine machine = Machine.builder().workers(1).build();
        PtxProgram program = machine.load(text, file.toString())) {
      if (json.isOn()) {
        node.put("target", program.target().toString());
        node.put("ok", true);
        node.putArray("problems");
        ArrayNode kernels = node.putArray("kernels");
        program.kernels().forEach(kernel -> kernels.add(json(kernel)));
        Json.print(node, streams.out());
      } else {
        program.kernels().forEach(this::tell);
        streams.out().println(file + ": nothing is wrong with it");
      }
      return ExitCode.OK.code();
    } catch (PtxException e) {
      ImmutableList<Diagnostic> diagnostics = PtxProblems.diagnostics(e);
      if (json.isOn()) {
        node.put("ok", false);
        ArrayNode problems = node.putArray("problems");
        diagnostics.stream().map((Diagnostic problem) -> Json.of(problem)).forEach(problems::add);
        Json.print(node, streams.out());
      }
      streams.err().print(
          new DiagnosticRenderer(SourceTexts.of(diagnostics, List.of())).render(diagnostics));
      return ExitCode.COMPILE_ERROR.code();
    }
  }

  private void tell(PtxKernel kernel) {
    streams.out().println("kernel " + kernel.name() + ", " + kernel.sharedBytes() + " bytes of static shared memory");
    kernel.parameters().forEach(parameter ->
        streams.out().println("  " + parameter.name() + ": " + parameter.size() + " bytes"));
  }

  private static ObjectNode json(PtxKernel kernel) {
    ObjectNode node = Json.object();
    node.put("name", kernel.name());
    node.put("sharedBytes", kernel.sharedBytes());
    ArrayNode parameters = node.putArray("parameters");
    kernel.parameters().forEach(parameter ->
        parameters.addObject().put("name", parameter.name()).put("bytes", parameter.size()));
    return node;
  }
}
