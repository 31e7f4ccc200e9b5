package nibble.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.run.CalibratedModel;
import nibble.engine.run.ModelInputs;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.validate.SampleData;
import picocli.CommandLine.Option;

/** Sample inputs for passes that find their numbers by interpreting the model, of verbs that do not run it. */
final class CalibrationParameters {
  @Option(
      names = "--calibration", paramLabel = "NAME=FILE",
      description = "Sample inputs for passes that want them: a parameter's array (.npy), or texts for the tokenizer, "
          + "one on each line (.txt); those of the sample folder unless given.")
  private Map<String, Path> inputs = new LinkedHashMap<>();

  @Option(
      names = "--made-up", paramLabel = "SEED", arity = "0..1", preprocessor = SeedParameter.class,
      description = "Makes up sample inputs, and weights where there is no weight file.")
  private Optional<Long> seed;

  Map<String, Path> inputs() {
    return inputs;
  }

  /**
   * Runs passes. Inputs are read where a pass needs them or somebody gave them, since reading them takes time.
   *
   * @throws nibble.ir.diagnostic.InputException where inputs are given and can't be read
   */
  PreparedModel prepare(PrepareModel preparation, OpenModel opened, Pipeline pipeline) {
    boolean wanted = CalibratedModel.isWanted(pipeline);
    boolean stated = !opened.argument().inputs().isEmpty();
    if (!inputs.isEmpty() || wanted && (stated || seed.isPresent())) {
      ModelInputs read = seed.isPresent() && inputs.isEmpty()
          ? ModelInputs.madeUp(opened.module(), opened.entry(opened.module()), preparation.sizes(), seed.get())
          : ModelInputs.read(CalibratedModel.argument(opened, pipeline), opened.entry(opened.module()));
      return withWeights(CalibratedModel.withInputs(preparation, opened, read)).prepare(opened, pipeline);
    }
    return withWeights(preparation).prepare(opened, pipeline);
  }

  /** The same with made-up weights, where the model's are to be made up. */
  private PrepareModel withWeights(PrepareModel preparation) {
    return seed.map(number -> preparation.withWeights(new SampleData(number).weights())).orElse(preparation);
  }
}
