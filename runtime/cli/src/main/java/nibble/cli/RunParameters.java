package nibble.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.device.DeviceRequest;
import nibble.engine.run.ModelInputs;
import nibble.ir.eval.WeightSource;
import nibble.passes.validate.SampleData;
import picocli.CommandLine.Option;

/** What a model runs on, of verbs that run one: its inputs, its weights where it has none, and the device. */
final class RunParameters {
  @Option(
      names = "--input", paramLabel = "NAME=FILE",
      description = "A parameter's array (.npy), or texts for the tokenizer, one on each line (.txt).")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  @Option(
      names = "--made-up", paramLabel = "SEED", arity = "0..1", preprocessor = SeedParameter.class,
      description = "Makes up inputs, and weights where there is no weight file.")
  private Optional<Long> seed;

  @Option(
      names = "--device", paramLabel = "DEVICE", defaultValue = "auto",
      description = "auto, cuda, cuda:N, emulator or interpreter.")
  private String device;

  Map<String, Path> inputs() {
    return inputs;
  }

  DeviceRequest device() {
    return UsageException.reading(() -> DeviceRequest.parse(device));
  }

  /** Whether the model must come with its weights. */
  ReadModel.Weights need() {
    return seed.isPresent() ? ReadModel.Weights.IF_PRESENT : ReadModel.Weights.REQUIRED;
  }

  /** The inputs of a step, counted from 1: those that were given, or made-up ones, which are others in each step. */
  ModelInputs read(OpenModel opened, Map<String, Long> sizes, int step) {
    boolean given = !opened.argument().inputs().isEmpty();
    return seed.isPresent() && !given
        ? ModelInputs.madeUp(opened.module(), opened.entry(opened.module()), sizes, seed.get() + step - 1)
        : ModelInputs.read(opened.argument().ofStep(step), opened.entry(opened.module()));
  }

  /** The model's weights, or made-up ones. */
  WeightSource weights(OpenModel opened) {
    if (opened.weights().isPresent()) {
      return opened.weights().get();
    }
    return seed.map(number -> new SampleData(number).weights()).orElseGet(() -> WeightSource.NONE);
  }
}
