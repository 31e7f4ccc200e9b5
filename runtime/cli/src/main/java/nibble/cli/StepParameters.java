package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import nibble.engine.run.ModelInputs;
import picocli.CommandLine.Option;

/** How often a model runs. */
final class StepParameters {
  @Option(
      names = "--steps", paramLabel = "N", defaultValue = "1",
      description = "Runs so many steps, each with the state that the one before left, where passes gave the model "
          + "state. {step} in the name of an input's file is the number of the step, from 1 on.")
  private int steps;

  /** Finds out early whether there is a step. */
  void require() {
    if (steps < 1) {
      throw new UsageException("--steps " + steps + ": a run has one step or more", "give a number of steps");
    }
  }

  /** The inputs of all steps. */
  ImmutableList<ModelInputs> read(IntFunction<ModelInputs> ofStep) {
    return IntStream.rangeClosed(1, steps).mapToObj(ofStep).collect(ImmutableList.toImmutableList());
  }
}
