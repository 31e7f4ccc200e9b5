package nibble.engine.compile;

import nibble.ir.Function;
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
}
