package nibble.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.file.FileReading;
import nibble.engine.file.FileWriting;
import nibble.engine.file.StagedFiles;
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
  @Mixin private TreatmentParameters treatment = new TreatmentParameters();
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private CalibrationParameters calibration = new CalibrationParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--print-before", split = ",", paramLabel = "PASS|all",
      description = "Prints the IR before these passes.")
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

  @Option(
      names = "--validate",
      description = "Holds each pass to what it declares, by interpreting before and after it.")
  private boolean validate;

  @Option(
      names = "--locations", negatable = true, defaultValue = "true", fallbackValue = "true",
      description = "Prints source locations; on unless negated.")
  private boolean locations;

  @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Writes the result to a file.")
  private Optional<Path> output;

  OptCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Toolchain toolchain = model.toolchain();
    Predicate<String> beforeThese = chosen(before, toolchain);
    Predicate<String> afterThese = chosen(after, toolchain);
    output.ifPresent(StagedFiles::requirePlace);
    OptResult result = new OptResult();
    boolean kept = true;
    try (OpenModel opened = model.open(
        model.argument(entry.name(), calibration.inputs()), treatment.choice(), toolchain,
        ReadModel.Weights.IF_PRESENT, streams)) {
      Printer printer = new Printer(toolchain.registry(), locations);
      for (int i = 0; i < opened.modules().size(); i++) {
        ImmutableList.Builder<PassListener> listeners = ImmutableList.builder();
        listeners.add(new Dump(When.BEFORE, beforeThese, printer, result::dump));
        listeners.add(new Dump(When.AFTER, afterThese, printer, result::dump));
        listeners.add(new Dump(When.DIFF, pass -> diff, printer, result::dump));
        String prefix = opened.modules().size() == 1 ? "" : String.format("%02d-", i);
        dumps.ifPresent(folder -> listeners.add(dumpTo(folder, prefix, printer)));
        PassRun run = run(opened.with(opened.modules().get(i)), toolchain, listeners.build());
        kept &= run.failures().isEmpty();
        String ir = printer.print(run.output());
        if (!diff) {
          result.result(ir);
        }
        result.report(run, ir);
        tell(run);
      }
    } catch (RuntimeException e) {
      // What was dumped before a pass failed tells why it did.
      if (!json.isOn() && output.isEmpty()) {
        streams.out().print(result);
        streams.out().flush();
      }
      throw e;
    }
    output.ifPresent(file -> FileWriting.write(file, result.toString()));
    if (json.isOn()) {
      Json.print(result.json(), streams.out());
    } else if (output.isEmpty()) {
      streams.out().print(result);
    }
    return (kept ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
  }

  private static PassListener dumpTo(Path folder, String prefix, Printer printer) {
    try (StagedFiles made = new StagedFiles()) {
      made.folder(folder);
      made.commit();
    }
    return new Dump(When.AFTER_CHANGE, pass -> true, printer, (name, text) ->
        FileWriting.write(folder.resolve(prefix + name), text));
  }

  private PassRun run(OpenModel one, Toolchain toolchain, ImmutableList<PassListener> listeners) {
    PrepareModel preparation = new PrepareModel(toolchain, model.sizes(), listeners, validate, ImmutableMap.of())
        .withCosts(model.costs(Optional.empty()));
    return calibration.prepare(preparation, one, pipeline(preparation, one)).passes();
  }

  private Pipeline pipeline(PrepareModel preparation, OpenModel one) {
    if (!(treatment.choice() instanceof RecipeChoice.None)) {
      return preparation.pipeline(one, treatment.choice());
    }
    Path file = one.argument().model();
    String text = Reproducer.placedPipelineOf(FileReading.text(file)).orElse("");
    return preparation.pipeline(one, new RecipeChoice.Passes(text, file.toString()));
  }

  private static Predicate<String> chosen(List<String> names, Toolchain toolchain) {
    for (String name : names) {
      if (!name.equals(ALL) && !toolchain.passes().passes().containsKey(name)) {
        throw new UsageException(
            "there is no pass '" + name + "' to print at",
            Suggestion.didYouMean(name, toolchain.passes().passes().keySet()).orElse("see nibble passes"));
      }
    }
    return names.contains(ALL) ? pass -> true : names::contains;
  }

  private void tell(PassRun run) {
    if (timing) {
      streams.err().print(run.timing());
    }
    run.steps().stream().flatMap(step -> step.validation().stream())
        .forEach(report -> streams.err().print(report.text()));
    streams.err().flush();
  }
}
