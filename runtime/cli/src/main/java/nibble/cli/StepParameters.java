package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import nibble.engine.compile.PreparedModel;
import nibble.engine.file.StagedFiles;
import nibble.engine.run.ModelInputs;
import nibble.engine.run.RunState;
import nibble.ir.diagnostic.InputException;
import picocli.CommandLine.Option;

/** How often a model runs, and what one step leaves for the next. */
final class StepParameters {
  @Option(
      names = "--steps", paramLabel = "N", defaultValue = "1",
      description = "Runs so many steps, each with the state that the one before left, where passes gave the model "
          + "state. {step} in the name of an input's file is the number of the step, from 1 on.")
  private int steps;

  @Option(
      names = "--state", paramLabel = "FILE",
      description = "A file of state (.safetensors): the first step begins with it where it is there, and the last one "
          + "leaves it.")
  private Optional<Path> state = Optional.empty();

  /** Finds out early whether the state can be saved. */
  void requirePlace() {
    if (steps < 1) {
      throw new UsageException("--steps " + steps + ": a run has one step or more", "give a number of steps");
    }
    state.ifPresent(StagedFiles::requirePlace);
  }

  /** The inputs of all steps. */
  ImmutableList<ModelInputs> read(IntFunction<ModelInputs> ofStep) {
    return IntStream.rangeClosed(1, steps).mapToObj(ofStep).collect(ImmutableList.toImmutableList());
  }

  /**
   * What the first step begins with.
   *
   * @throws InputException where the file holds no state, or the model has none
   */
  RunState before(PreparedModel model) {
    if (state.isPresent() && model.prepared().results().size() == model.written().results().size()) {
      throw new InputException(
          "--state: @" + model.written().name() + " keeps no state from one step to the next",
          "passes such as delay-scales and cache-deltas give a model state; without one of them leave --state out");
    }
    return state.filter(Files::exists).map(RunState::read).orElse(RunState.FIRST);
  }

  /** Writes what the last step leaves. */
  void addTo(StagedFiles files, RunState left) {
    state.ifPresent(file -> files.add(file, left.content()));
  }
}
