package nibble.engine.compare;

import nibble.ir.eval.Comparison;
import nibble.ir.eval.Tensor;

/**
 * How far the first output of a step is from that of exact interpretation without a recipe, on the inputs of that step.
 *
 * @param elements of all elements
 * @param rows the cosines of its rows with those
 */
public record StepAccuracy(Comparison elements, RowCosines rows) {
  static StepAccuracy of(Tensor reference, Tensor output) {
    return new StepAccuracy(Comparison.of(reference, output), RowCosines.of(reference, output));
  }
}
