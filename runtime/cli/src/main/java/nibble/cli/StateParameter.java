package nibble.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nibble.engine.compile.PreparedModel;
import nibble.engine.file.StagedFiles;
import nibble.engine.run.RunState;
import nibble.ir.diagnostic.InputException;
import picocli.CommandLine.Option;

/** Where a run keeps what it leaves for the next. */
final class StateParameter {
  @Option(
      names = "--state", paramLabel = "FILE",
      description = "A file of state (.safetensors): the first step begins with it where it is there, and the last one "
          + "leaves it.")
  private Optional<Path> state = Optional.empty();

  /** Finds out early whether the state can be saved. */
  void requirePlace() {
    state.ifPresent(StagedFiles::requirePlace);
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
