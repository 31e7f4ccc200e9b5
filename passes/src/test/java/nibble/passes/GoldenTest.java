package nibble.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.Maps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nibble.ir.Module;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.report.LineDiff;
import nibble.passes.spi.Plugins;
import nibble.passes.validate.SampleData;
import nibble.passes.validate.Validator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * One test for each file under {@code golden/}: a header {@code // RUN: opt <pipeline>}, a module, a line {@code //
 * ----}, and what comes out: the module and, as comments, the decisions; or the message about wrong input. A line
 * {@code // SAMPLE INPUTS: made up} has inputs and weights made up for passes that want them.
 */
class GoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final String SEPARATOR = "// ----\n";
  private static final String SAMPLED = "// SAMPLE INPUTS: made up\n";
  private static final long SEED = 1;

  private final PassRegistry registry = Plugins.none().passes();

  @TestFactory
  Stream<DynamicTest> files() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      List<Path> golden = files.filter(file -> file.toString().endsWith(".ir")).sorted().toList();
      return golden.stream()
          .map(file -> DynamicTest.dynamicTest(FOLDER.relativize(file).toString(), () -> check(file)));
    }
  }

  private void check(Path file) throws IOException {
    String text = Files.readString(file);
    int end = text.indexOf(SEPARATOR);
    String input = end < 0 ? text : text.substring(0, end);
    String expected = end < 0 ? "" : text.substring(end + SEPARATOR.length());
    String actual = output(input, file.getFileName().toString());
    if (Boolean.getBoolean("nibble.bless")) {
      Files.writeString(file, input + SEPARATOR + actual);
    } else if (!actual.equals(expected)) {
      fail(file + " gives something else:\n" + LineDiff.of(expected, actual).text(1)
          + "if that is right, rewrite what is expected: "
          + "mvn -q -pl passes -am test -Dtest=GoldenTest -Dsurefire.failIfNoSpecifiedTests=false -Dnibble.bless=true");
    }
  }

  private String output(String input, String file) {
    String pipeline = Reproducer.pipelineOf(input).orElseThrow();
    try {
      return run(Parser.parse(input, file, registry.ir()), registry.parse(pipeline), input.contains(SAMPLED));
    } catch (InputException e) {
      String message = new DiagnosticRenderer(Map.of(file, input, Pipeline.SOURCE, pipeline)).render(e.diagnostics());
      return message.lines().map(line -> ("// " + line).stripTrailing() + "\n").collect(Collectors.joining());
    }
  }

  private String run(Module module, Pipeline pipeline, boolean isSampled) {
    PassEnvironment environment = PassEnvironment.of(registry.ir());
    PassRun run = PassManager.of(registry, isSampled ? sampled(environment, module) : environment)
        .validating(Validator.generated(SEED))
        .run(module, pipeline);
    run.failures().forEach(failure -> fail(failure.text()));
    String printed = Printer.print(run.output(), registry.ir());
    assertEquals(run.output(), Parser.parse(printed, "printed", registry.ir()), "it does not parse back to itself");
    return printed + run.decisions().stream()
        .map(decision -> "// " + decision.pass() + " " + decision.text() + "\n").collect(Collectors.joining());
  }

  private static PassEnvironment sampled(PassEnvironment environment, Module module) {
    SampleData madeUp = new SampleData(SEED);
    return environment.withWeights(madeUp.weights()).withInputs(Maps.transformValues(
        module.functions(), function ->
            madeUp.inputs(function, SampleData.sizes(function, function, module.symbols(), Map.of()))));
  }
}
