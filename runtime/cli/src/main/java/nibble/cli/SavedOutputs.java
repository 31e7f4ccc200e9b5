package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nibble.engine.file.NumpyFiles;
import nibble.engine.file.StagedFiles;
import nibble.engine.tensor.HostTensor;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.eval.Tensor;

/** Where outputs go. What can be found wrong is found before anything runs. */
final class SavedOutputs {
  private final ImmutableList<String> names;
  private final Map<String, Path> files;

  SavedOutputs(Map<String, Path> files, int outputs) {
    this.names = names(outputs);
    this.files = files;
    files.forEach((name, file) -> {
      if (!names.contains(name)) {
        throw new InputException(
            "there is no output '" + name + "' to save",
            Suggestion.didYouMean(name, names).orElse("there is " + String.join(", ", names)));
      }
      StagedFiles.requirePlace(file);
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

  /** Writes outputs beside their places. */
  void addTo(StagedFiles staged, List<Tensor> outputs) {
    files.forEach((name, file) ->
        staged.add(file, NumpyFiles.npy(file, HostTensor.encode(outputs.get(names.indexOf(name))))));
  }
}
