package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Function;
import nibble.ir.eval.FirstRun;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.passes.PassRun;
import nibble.passes.pipeline.Pipeline;

/**
 * A model after its passes.
 *
 * @param model as it is written
 * @param pipeline the passes
 * @param passes what they did
 */
public record PreparedModel(OpenModel model, Pipeline pipeline, PassRun passes) {
  /** The function to run, before any pass. */
  public Function written() {
    return model.entry(model.module());
  }

  /** The weights of the function after all passes. */
  public WeightSource weights(WeightSource ofModel) {
    return passes.made().over(ofModel);
  }

  /** The same function after all passes. */
  public Function prepared() {
    return passes.output().functions().get(written().name());
  }

  /**
   * What the function takes in a first run: behind the model's inputs, zeros where passes gave it state of earlier
   * runs.
   *
   * @throws nibble.ir.diagnostic.InputException where the inputs do not fit the model
   */
  public ImmutableList<Tensor> firstRun(List<Tensor> inputs) {
    return FirstRun.inputs(prepared(), inputs);
  }

  /** Of the results of the function after all passes, those of the model: without state of later runs. */
  public ImmutableList<Tensor> ofModel(List<Tensor> results) {
    return ImmutableList.copyOf(results.subList(0, written().results().size()));
  }
}
