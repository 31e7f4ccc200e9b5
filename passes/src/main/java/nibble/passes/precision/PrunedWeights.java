package nibble.passes.precision;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Prune;
import nibble.ir.op.Weight;
import nibble.passes.PassContext;

/**
 * Weights of products, pruned.
 *
 * @param pruning how
 * @param definitions of the function's values
 * @param context has the weights, and keeps what is made of them
 * @param seen activations on the sample inputs, where the pruning asks for them
 */
record PrunedWeights(
    WeightPruning pruning, Definitions definitions, PassContext context, Optional<ObservedValues> seen) {
  /**
   * What became of a weight.
   *
   * @param made what stands for it, where that is not computed when weights are loaded
   * @param lost share of the energy of the weight that was pruned
   * @param product shares of the energy of the product on the sample inputs that are noise, where that is known
   */
  record Pruned(Optional<Weight> made, double lost, Optional<ProductNoise> product) {
    String text() {
      return String.format(Locale.ROOT, ", %.2f %% of its energy kept", 100 * (1 - lost))
          + product.map(ProductNoise::text).orElse("");
    }
  }

  /**
   * Noise of a product over its signal.
   *
   * @param here of this pruning
   * @param byMagnitude of pruning by magnitude
   */
  record ProductNoise(double here, double byMagnitude) {
    String text() {
      return String.format(
          Locale.ROOT, ", SQNR of the product on sample inputs %.1f dB, by magnitude %.1f dB", Noise.decibels(here),
          Noise.decibels(byMagnitude));
    }
  }

  /** Prunes the weight of a product; nothing where weights are not known, and need not be. */
  Optional<Pruned> of(WeightProduct product) {
    Value stored = product.right().stored();
    Optional<Tensor> known = context.environment().weights()
        .flatMap(source -> new ConstantValues(definitions).tensor(stored, source));
    if (!pruning.isMadeWhenCompiled()) {
      return known.map(weight -> new Pruned(
          Optional.empty(), Noise.ratio(weight.values(), byMagnitude(product, weight).values()), Optional.empty()));
    }
    Tensor weight = known.orElseThrow(() -> new InputException("sparsify has no weights to choose from",
        "by magnitude alone, weights are pruned when they are loaded; otherwise give a weight file"));
    Optional<PostQuantizationIntegral> activation = seen.map(values ->
        PostQuantizationIntegral.of(values.of(product.left().stored()).orElseThrow()));
    Tensor pruned = pruned(product, weight, activation);
    Tensor magnitude = byMagnitude(product, weight);
    return Optional.of(new Pruned(
        Optional.of(context.make(product.right().weight().orElseThrow().key(), pruned)),
        1 - keptEnergy(weight, pruned),
        activation.map(loss -> new ProductNoise(
            loss.noise(weight, pruned, product.rightInner()),
            loss.noise(weight, magnitude, product.rightInner())))));
  }

  private Tensor pruned(WeightProduct product, Tensor weight, Optional<PostQuantizationIntegral> activation) {
    try {
      return pruning.prune(weight, product.rightInner(), activation);
    } catch (IllegalArgumentException e) {
      throw new InputException(product.right().description() + " can't be pruned: " + e.getMessage());
    }
  }

  private Tensor byMagnitude(WeightProduct product, Tensor weight) {
    return new Prune(product.rightInner(), pruning.layout()).eval(List.of(weight), weight.type());
  }

  /** The share of the energy of a weight that is in those elements that are not zero in another one. */
  private static double keptEnergy(Tensor weight, Tensor pruned) {
    double all = 0;
    double kept = 0;
    for (int i = 0; i < weight.size(); i++) {
      double square = weight.values()[i] * weight.values()[i];
      all += square;
      kept += pruned.elements()[i] == 0 ? 0 : square;
    }
    return all == 0 ? 1 : kept / all;
  }
}
