package nibble.engine.run;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.engine.compile.PreparedModel;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.file.StagedFiles;
import nibble.engine.file.WeightFile;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;

/**
 * What each step of a run leaves for the next, where passes gave a model state: histories of magnitudes, cached deltas.
 *
 * @param tensors in the order of the parameters that passes put behind the model's own; none before a first step, which
 *     stands for zeros
 */
public record RunState(ImmutableList<Tensor> tensors) {
  /** Before a first step. */
  public static final RunState FIRST = new RunState(ImmutableList.of());
  private static final String NAME = "state";

  /** What results of a function after all passes leave for the next step. */
  static RunState of(PreparedModel model, List<Tensor> results) {
    return new RunState(ImmutableList.copyOf(results.subList(model.written().results().size(), results.size())));
  }

  /**
   * The state that a file holds.
   *
   * @throws InputException where it holds none, or can't be read
   */
  public static RunState read(Path path) {
    try (WeightFile file = WeightFile.open(path)) {
      ImmutableList.Builder<Tensor> tensors = ImmutableList.builder();
      for (int i = 0; file.names().contains(NAME + i); i++) {
        tensors.add(file.tensor(NAME + i));
      }
      RunState state = new RunState(tensors.build());
      if (state.tensors.isEmpty()) {
        throw new InputException(
            path + ": it holds no state of a run", "name a file that --state has saved, or one that is not there yet");
      }
      return state;
    }
  }

  /** The content of a file that holds it. */
  public StagedFiles.Content content() {
    Map<String, Tensor> named = new LinkedHashMap<>();
    tensors.forEach(tensor -> named.put(NAME + named.size(), tensor));
    return SafetensorsFile.checkpoint(named);
  }

  /**
   * What the function takes after all passes: the inputs of a step, and the state.
   *
   * @throws InputException where inputs or state do not fit the model
   */
  ImmutableList<Tensor> behind(PreparedModel model, ModelInputs inputs) {
    ImmutableList<Tensor> first = model.firstRun(inputs.tensors());
    if (tensors.isEmpty()) {
      return first;
    }
    List<TensorType> wanted =
        first.subList(inputs.tensors().size(), first.size()).stream().map(Tensor::type).toList();
    if (wanted.size() != tensors.size()) {
      throw new InputException(
          "there are " + tensors.size() + " tensors of state, but the model has " + wanted.size() + " after its passes",
          "state is of one model and one recipe");
    }
    for (int i = 0; i < tensors.size(); i++) {
      if (!tensors.get(i).type().equals(wanted.get(i))) {
        throw new InputException(
            NAME + i + " is a " + tensors.get(i).type() + ", but on these inputs the model takes a " + wanted.get(i),
            "state is of one model and one recipe, and some of it of one size of the inputs");
      }
    }
    return ImmutableList.<Tensor>builder().addAll(inputs.tensors()).addAll(tensors).build();
  }
}
