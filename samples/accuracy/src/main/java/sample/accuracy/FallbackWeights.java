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

      By how much the error of both operands together is less than that of plain INT8, with activations as the recipes have them, and
      weights per channel: rounded to nearest; rounded by [round-weights](passes/round-weights.md), as the recipes do, by the inputs
      that are measured, and with all that passes find found on other inputs; and with a second level for the whole weight
      ([fallback](passes/fallback.md#weights) with `weights = true`), by the same inputs and by others.

      | product, layer | recipe | plain, both | to nearest | rounded | other inputs seen | two levels | other inputs seen |
      | --- | --- | --- | --- | --- | --- | --- | --- |
      """;
  static final String EPILOGUE = """

      Rounding one channel after another costs nothing when the model runs, so both recipes do it. It takes a part of the weight's error, less
      of it by other inputs. Behind a rotation that is not enough for the middle layer of the decoder: there the weight may add 0.2 % to an
      activation that is off by 0.75 %, and it adds 0.5 % to nearest. A second level of all of the weight leaves the activation's error alone, for
      one more product of the same size. Behind a transform, all layers of all models are above 5 with it, by other inputs and with both
      operands' errors counted; rounded alone, all but the first of Fashion ViT, which has 4.76. A share of the weight's boxes would not do: a
      rotated weight has its error everywhere alike, so that in the decoder's middle layer seven of eight boxes would need one, or seven of
      ten where the first level is rounded one channel after another.
      """;

  /** Rows of the products of a sample behind the passes of a recipe, which saw other inputs, and the same ones. */
  static void rows(
      FallbackSubject subject, DownProducts products, FallbackPage.Front front, List<Operands> plain,
      List<Operands> others, List<Operands> changed, StringBuilder table) {
    List<Operands> rounded = products.after(front.passes() + ROUNDED);
    List<Operands> roundedByOthers = products.afterSeeingOthers(front.passes() + ROUNDED);
    for (int layer : subject.recipeLayers()) {
      FallbackErrors same = new FallbackErrors(plain.get(layer), changed.get(layer), 128, 256);
      FallbackErrors unseen = new FallbackErrors(plain.get(layer), others.get(layer), 128, 256);
      double before = same.plainErrors().both();
      table.append(String.format(
          Locale.ROOT, "| %s, %d | %s | %.2f %% | %.2f | %.2f | %.2f | %.2f | %.2f |%n", subject.title(), layer,
          front.title(), 100 * before, before / same.twoLevelErrors().both(),
          before / same.twoLevelErrors(rounded.get(layer).weight()).both(),
          before / unseen.twoLevelErrors(roundedByOthers.get(layer).weight()).both(),
          before / same.twoLevelErrors(same.twoLevelWeight()).both(),
          before / unseen.twoLevelErrors(unseen.twoLevelWeight()).both()));
    }
  }
}
