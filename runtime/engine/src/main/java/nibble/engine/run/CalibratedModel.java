package nibble.engine.run;

import com.google.common.collect.ImmutableMap;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.sample.ModelArgument;
import nibble.ir.Function;
import nibble.passes.Pass;
import nibble.passes.pipeline.Pipeline;

/** Prepares models whose passes may want sample inputs. */
public final class CalibratedModel {
  private CalibratedModel() {}

  /** Whether a pass of a pipeline needs sample inputs. */
  public static boolean isWanted(Pipeline pipeline) {
    return pipeline.passes().stream().anyMatch(Pass::needsInputs);
  }

  /** What a pipeline's passes see of a model: its inputs, or those for calibration where one of them wants many. */
  public static ModelArgument argument(OpenModel model, Pipeline pipeline) {
    return pipeline.passes().stream().anyMatch(Pass::needsManyInputs)
        ? model.argument().forCalibration() : model.argument();
  }

  /**
   * Runs the passes of a recipe, on the inputs of the model's manifest where one of them needs some. They are not read
   * where none does, since that takes time.
   *
   * @throws nibble.ir.diagnostic.InputException where the recipe does not fit the model, or the inputs can't be read
   */
  public static PreparedModel prepare(PrepareModel preparation, OpenModel model, RecipeChoice choice) {
    Pipeline pipeline = preparation.pipeline(model, choice);
    return isWanted(pipeline) && !model.argument().inputs().isEmpty()
        ? withInputs(preparation, model, ModelInputs.read(argument(model, pipeline), model.entry(model.module())))
            .prepare(model, pipeline)
        : preparation.prepare(model, pipeline);
  }

  /** A preparation that shows passes the inputs of the function to run. */
  public static PrepareModel withInputs(PrepareModel preparation, OpenModel model, ModelInputs inputs) {
    Function entry = model.entry(model.module());
    return preparation.withInputs(ImmutableMap.of(entry.name(), inputs.tensors()));
  }
}
