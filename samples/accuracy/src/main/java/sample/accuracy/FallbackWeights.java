package sample.accuracy;

import java.util.List;
import java.util.Locale;
import sample.accuracy.DownProducts.Operands;

/** The part of the page on fallback that is about weights: what their rounding costs, and what helps. */
final class FallbackWeights {
  /** As the recipe quantizes, for all these products. */
  private static final String ROUNDED = ", quantize{at=layer[*].ffn.down, weight=i8:channel, act=i8:block(128,256)}, "
      + "fallback{at=layer[*].ffn.down, share=0.2}, round-weights{at=layer[*].ffn.down}";

  private FallbackWeights() {}

  static final String PROLOGUE = """

      ## Weights

      By how much the error of both operands together is less than that of plain INT8, with activations as the recipe has them, and
      weights per channel: rounded to nearest; rounded by [round-weights](passes/round-weights.md), as the recipe does, by the inputs
      that are measured, and with all that passes find found on other inputs; and with a second level for the whole weight
      ([fallback](passes/fallback.md#weights) with `weights = true`), by the same inputs and by others.

      | product, layer | plain, both | to nearest | rounded | other inputs seen | two levels | other inputs seen |
      | --- | --- | --- | --- | --- | --- | --- |
      """;
  static final String EPILOGUE = """

      Rounding one channel after another costs nothing when the model runs. It takes a part of the weight's error, and brings the last layer of
      the decoder above 5 by the inputs that are measured, and to 4.88 by others, which are 512 characters for 256 channels. It is not enough
      for the middle layer: there the weight may add 0.2 % to an activation that is off by 0.75 %, and it adds 0.5 % to nearest. A second level
      of all of the weight leaves the activation's error alone, and brings all layers of the decoder above 5 by the same inputs, for one more
      product of the same size; by other inputs the middle one is just below, as by the activation alone. A share of the weight's boxes would
      not do: a rotated weight has its error everywhere alike, so that seven of eight boxes would need one there, or seven of ten where the
      first level is rounded one channel after another.
      """;

  /** Rows of the products of a sample. */
  static void rows(
      FallbackSubject subject, DownProducts products, String front, List<Operands> plain, List<Operands> changed,
      List<Operands> others, StringBuilder table) {
    List<Operands> rounded = products.after(front + ROUNDED);
    List<Operands> roundedByOthers = products.afterSeeingOthers(front + ROUNDED);
    for (int layer : subject.layers()) {
      FallbackErrors same = new FallbackErrors(plain.get(layer), changed.get(layer), 128, 256);
      FallbackErrors unseen = new FallbackErrors(plain.get(layer), others.get(layer), 128, 256);
      double before = same.plainErrors().both();
      table.append(String.format(
          Locale.ROOT, "| %s, %d | %.2f %% | %.2f | %.2f | %.2f | %.2f | %.2f |%n", subject.title(), layer,
          100 * before, before / same.twoLevelErrors().both(),
          before / same.twoLevelErrors(rounded.get(layer).weight()).both(),
          before / unseen.twoLevelErrors(roundedByOthers.get(layer).weight()).both(),
          before / same.twoLevelErrors(same.twoLevelWeight()).both(),
          before / unseen.twoLevelErrors(unseen.twoLevelWeight()).both()));
    }
  }
}
