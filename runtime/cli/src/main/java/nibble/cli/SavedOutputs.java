package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import nibble.engine.file.NumpyFiles;
import nibble.engine.file.StagedFiles;
import nibble.engine.run.RunStep;
import nibble.engine.sample.InputChoice;
import nibble.engine.tensor.HostTensor;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.eval.Tensor;

/** Where outputs go. What can be found wrong is found before anything runs. */
final class SavedOutputs {
  private final ImmutableList<String> names;
  private final Map<String, Path> files;

  /**
   * Finds out early what can't be saved.
   *
   * @param files places by name of the output
   * @param outputs of a step
   * @param steps of the run
   */
  SavedOutputs(Map<String, Path> files, int outputs, int steps) {
    this.names = names(outputs);
    this.files = files;
    files.forEach((name, file) -> {
      if (!names.contains(name)) {
        throw new InputException(
            "there is no output '" + name + "' to save",
            Suggestion.didYouMean(name, names).orElse("there is " + String.join(", ", names)));
      }
      IntStream.rangeClosed(1, steps).forEach(step -> StagedFiles.requirePlace(InputChoice.ofStep(file, step)));
    });
  }

  /** Names of that many outputs. */
  static ImmutableList<String> names(int outputs) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      names.add(outputs == 1 ? "out" : "out" + i);
    }
    return ImmutableList.copyOf(names);
  }

  /** Writes outputs beside their places: of all steps where the name of a file tells them apart, else of the last. */
  void addTo(StagedFiles staged, List<RunStep> steps) {
    files.forEach((name, file) -> {
      boolean each = file.toString().contains(InputChoice.STEP);
      for (int step = each ? 1 : steps.size(); step <= steps.size(); step++) {
        Path place = InputChoice.ofStep(file, step);
        Tensor output = steps.get(step - 1).outputs().get(names.indexOf(name));
        staged.add(place, NumpyFiles.npy(place, HostTensor.encode(output)));
      }
    });
  }
}
