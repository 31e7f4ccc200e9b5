package nibble.engine.compare;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.run.Classification;
import nibble.ir.eval.Comparison;

/**
 * What a recipe does to a model.
 *
 * @param choice the recipe
 * @param steps what each of them is worth, in order; at least one
 * @param keepsState whether a step begins with what the one before left
 * @param constantBytes bytes of what is stored of weights, scales included
 * @param modelled what all launches of the first step would take on the target; empty where there are no kernels
 * @param places in how many places a pass changed the precision
 * @param classes what a classifier says of the inputs of the last step; empty of other models
 * @param computedBy what computed the output: a device, or the interpreter
 * @param obstacle why there are no kernels, where there are none
 */
public record RecipeResult(
    RecipeChoice choice, ImmutableList<StepAccuracy> steps, boolean keepsState, long constantBytes,
    Optional<Modelled> modelled, long places, Optional<Classification> classes, String computedBy,
    Optional<String> obstacle) {
  /**
   * What launches take, modelled.
   *
   * @param bytes of operands and results
   * @param microseconds one launch behind the other
   */
  public record Modelled(double bytes, double microseconds) {}

  /** How far the first output of the last step is from that of exact interpretation without a recipe. */
  public Comparison accuracy() {
    return steps.getLast().elements();
  }

  /** The cosines of its rows with those. */
  public RowCosines rows() {
    return steps.getLast().rows();
  }

  /** Share of the bytes of another result that this one does not need. */
  public double savedOf(RecipeResult other) {
    return other.constantBytes == 0 ? 0 : 1 - (double) constantBytes / other.constantBytes;
  }
}
