package nibble.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.device.DeviceRequest;
import nibble.engine.file.FileWriting;
import nibble.engine.file.StagedFiles;
import nibble.engine.run.ModelInputs;
import nibble.engine.run.Phases;
import nibble.engine.run.RunModel;
import nibble.engine.run.RunOptions;
import nibble.engine.run.RunReport;
import nibble.engine.sample.ModelArgument;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compiles a model, launches its kernels, prints or saves what comes out. */
@Command(
    name = "run", mixinStandardHelpOptions = true,
    description = "Compiles a model, launches its kernels on a GPU or on the PTX machine, and prints or saves what "
        + "comes out.")
final class RunCommand implements Callable<Integer> {
  private final Streams streams;
  @Spec private CommandSpec spec;
  @Mixin private ModelParameters model = new ModelParameters();
  @Mixin private TreatmentParameters treatment = new TreatmentParameters();
  @Mixin private EntryParameter entry = new EntryParameter();
  @Mixin private RunParameters on = new RunParameters();
  @Mixin private StepParameters steps = new StepParameters();
  @Mixin private StateParameter state = new StateParameter();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Option(
      names = "--target", paramLabel = "sm_XX",
      description = "What kernels are compiled for; what the device is, and sm_80 on the PTX machine, unless given.")
  private Optional<String> target;

  @Option(names = "--verify", description = "Proves each kernel within its error bounds, and says what precision cost.")
  private boolean verify;

  @Option(
      names = "--validate",
      description = "Holds each pass to what it declares, by interpreting before and after it.")
  private boolean validate;

  @Option(names = "--assemble", description = "Has an assembler judge the kernels as well, for registers and spills.")
  private boolean assemble;

  @Option(names = "--report", paramLabel = "FILE", description = "Writes the report as a page (.html).")
  private Optional<Path> report;

  @Option(
      names = "--save", paramLabel = "NAME=FILE",
      description = "Saves an output as an array (.npy); outputs are called out, or out0, out1, ... where there are "
          + "several. With {step} in the name, that of each step, else of the last.")
  private Map<String, Path> save = new LinkedHashMap<>();

  RunCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    DeviceRequest request = on.device();
    Optional<Target> chosenTarget = target.map(Targets::get);
    Toolchain toolchain = model.toolchain();
    ModelArgument argument = model.argument(entry.name(), on.inputs());
    report.ifPresent(StagedFiles::requirePlace);
    steps.require();
    state.requirePlace();
    try (Phases phases = new Phases(TerminalProgress.of(streams));
        OpenModel opened = phases.time(
            "read", () -> model.open(argument, treatment.choice(), toolchain, on.need(), streams))) {
      ImmutableList<ModelInputs> read =
          phases.time("inputs", () -> steps.read(step -> on.read(opened, model.sizes(), step)));
      PrepareModel preparation = new PrepareModel(
          toolchain, model.sizes(), ImmutableList.of(), validate,
          ImmutableMap.of(opened.entry(opened.module()).name(), read.getFirst().tensors()))
          .withWeights(on.weights(opened))
          .withCosts(model.costs(chosenTarget));
      PreparedModel prepared = phases.time("passes", () -> preparation.prepare(opened, treatment.choice()));
      Optional<PreparedModel> written = treatment.choice() instanceof RecipeChoice.None
          ? Optional.empty() : Optional.of(preparation.prepare(opened, new RecipeChoice.None()));
      SavedOutputs outputs = new SavedOutputs(save, prepared.written().results().size(), read.size());
      RunReport done = new RunModel(toolchain, on.weights(opened)).run(
          prepared, read, state.before(prepared), new RunOptions(request, chosenTarget, verify, assemble, written),
          phases);
      write(outputs, done);
      if (json.isOn()) {
        Json.print(RunJson.of(done, treatment.choice(), command()), streams.out());
      } else {
        streams.out().print(RunText.of(done, treatment.choice(), command()));
      }
      return (done.verified().orElse(true) && prepared.passes().failures().isEmpty()
          ? ExitCode.OK : ExitCode.CHECK_FAILED).code();
    }
  }

  /** All files, or none. */
  private void write(SavedOutputs outputs, RunReport done) {
    try (StagedFiles files = new StagedFiles()) {
      outputs.addTo(files, done.steps());
      state.addTo(files, done.state());
      report.ifPresent(file -> files.add(file, FileWriting.text(RunPage.of(done, treatment.choice(), command()))));
      files.commit();
    }
  }

  /** The command line as it was given, for the shell. */
  private String command() {
    List<String> words = spec.root().commandLine().getParseResult().originalArgs();
    return "nibble " + words.stream()
        .map(word -> word.matches("[\\w./:=,@-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
