package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.SplitModules;
import nibble.engine.compile.Toolchain;
import nibble.engine.file.FileWriting;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.text.Printer;
import nibble.passes.PassListener;
import nibble.passes.PassRun;
import nibble.passes.Reproducer;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.report.Dump;
import nibble.passes.report.Dump.When;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs passes, and prints the IR. */
@Command(
    name = "opt", mixinStandardHelpOptions = true,
    description = "Runs passes on a model or on the text form of the IR, and prints the IR. The passes are those of "
        + "--passes or --recipe, or of a line '// RUN: opt PIPELINE' in the file.")
final class OptCommand implements Callable<Integer> {
  private static final String ALL = "all";

  private final Streams streams;
  @Mixin private ModelParameters model = new ModelParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--print-before", split = ",", paramLabel = "PASS|all", description = "Prints the IR before these passes.")
  private List<String> before = new ArrayList<>();

  @Option(
      names = "--print-after", split = ",", paramLabel = "PASS|all",
      description = "Prints the IR after these passes. What is printed can be given to nibble opt again.")
  private List<String> after = new ArrayList<>();

  @Option(names = "--diff", description = "Prints the lines that each pass changed, instead of the IR.")
  private boolean diff;

  @Option(names = "--timing", description = "Says on standard error how long each pass took.")
  private boolean timing;

  @Option(
      names = "--dump-dir", paramLabel = "DIR",
      description = "Writes the IR after each pass that changed it to a file of this folder.")
  private Optional<Path> dumps;

  @Option(names = "--validate", description = "Holds each pass to what it declares, by interpreting before and after it.")
  private boolean validate;

  @Option(
      names = "--no-locations", negatable = true, defaultValue = "true", fallbackValue = "true",
      description = "Leaves out source locations.")
  private boolean locations;

  @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Writes the result to a file.")
  private Optional<Path> output;

  OptCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Toolchain toolchain = model.toolchain();
    StringBuilder result = new StringBuilder();
    ArrayNode reports = Json.object().arrayNode();
    boolean kept = true;
    try (OpenModel opened =
        model.open(model.argument(Map.of()), toolchain, ReadModel.Weights.IF_PRESENT, streams)) {
      for (Module module : opened.modules()) {
        PreparedModel done = run(opened.with(module), toolchain, result);
        kept &= done.passes().failures().isEmpty();
        reports.add(json(done.passes(), toolchain));
        tell(done.passes());
      }
    }
    if (output.isPresent()) {
      FileWriting.write(output.get(), result.toString());
    } else if (json.isOn()) {
      ObjectNode node = Json.object();
      node.set("modules", reports);
      Json.print(node, streams.out());
    } else {
      streams.out().print(result);
    }
    return (kept ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  private PreparedModel run(OpenModel one, Toolchain toolchain, StringBuilder result) {
    Printer printer = new Printer(toolchain.registry(), locations);
    ImmutableList.Builder<PassListener> listeners = ImmutableList.builder();
    Printing dumped = (name, text) -> section(result, name, text);
    if (!before.isEmpty()) {
      listeners.add(new Dump(When.BEFORE, chosen(before, toolchain), printer, dumped::print));
    }
    if (!after.isEmpty()) {
      listeners.add(new Dump(When.AFTER, chosen(after, toolchain), printer, dumped::print));
    }
    if (diff) {
      listeners.add(new Dump(When.DIFF, pass -> true, printer, dumped::print));
    }
    dumps.ifPresent(folder -> {
      folders(folder);
      listeners.add(new Dump(
          When.AFTER_CHANGE, pass -> true, printer, (name, text) -> FileWriting.write(folder.resolve(name), text)));
    });
    PrepareModel preparation =
        new PrepareModel(toolchain, model.sizes(), listeners.build(), validate, ImmutableMap.of());
    PreparedModel done = preparation.prepare(one, pipeline(preparation, one, toolchain));
    if (!diff) {
      section(result, "result", printer.print(done.passes().output()));
    }
    return done;
  }

  /** Takes text with a name. */
  private interface Printing {
    void print(String name, String text);
  }

  private static void section(StringBuilder result, String name, String text) {
    if (!result.isEmpty() || !name.equals("result")) {
      result.append(SplitModules.SEPARATOR).append(' ').append(name).append('\n');
    }
    result.append(text);
  }

  private Pipeline pipeline(PrepareModel preparation, OpenModel one, Toolchain toolchain) {
    if (!(model.choice() instanceof RecipeChoice.None)) {
      return preparation.pipeline(one, model.choice());
    }
    Path file = one.argument().model();
    try {
      String text = Reproducer.pipelineOf(Files.readString(file)).orElse("");
      return preparation.pipeline(one, new RecipeChoice.Passes(text));
    } catch (IOException e) {
      throw new InputException(file + ": can't be read: " + e.getMessage());
    }
  }

  private static Predicate<String> chosen(List<String> names, Toolchain toolchain) {
    for (String name : names) {
      if (!name.equals(ALL) && !toolchain.passes().passes().containsKey(name)) {
        throw new InputException(
            "there is no pass '" + name + "' to print at",
            Suggestion.didYouMean(name, toolchain.passes().passes().keySet()).orElse("see nibble passes"));
      }
    }
    return names.contains(ALL) ? pass -> true : names::contains;
  }

  private static void folders(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException(folder + ": the folder can't be made: " + e.getMessage());
    }
  }

  private void tell(PassRun run) {
    if (timing) {
      streams.err().print(run.timing());
    }
    run.steps().stream().flatMap(step -> step.validation().stream())
        .forEach(report -> streams.err().print(report.text()));
    streams.err().flush();
  }

  private ObjectNode json(PassRun run, Toolchain toolchain) {
    ObjectNode node = Json.object();
    node.put("module", run.output().name());
    ArrayNode steps = node.putArray("passes");
    for (PassRun.StepReport step : run.steps()) {
      ObjectNode entry = steps.addObject();
      entry.put("pass", step.text());
      entry.put("milliseconds", step.time().toNanos() / 1e6);
      entry.put("changed", step.changed());
      step.validation().ifPresent(report -> {
        entry.put("kept", report.ok());
        entry.put("validation", report.text());
      });
      ArrayNode decisions = entry.putArray("decisions");
      step.decisions().forEach(decision -> decisions.add(decision.text()));
    }
    node.put("ir", new Printer(toolchain.registry(), locations).print(run.output()));
    return node;
  }
}
