package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.recipe.PathPattern;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.GiveRoundedWeights.Rounded;

/**
 * Rounds weights that are quantized, when the model is compiled, so that the products with them lose less on the sample
 * inputs than by rounding each to its nearest code ("GPTQ: Accurate Post-Training Quantization for Generative
 * Pre-trained Transformers"). Stands behind {@code quantize}. The rewrite is {@link GiveRoundedWeights}.
 *
 * @param at paths of the products; none for all
 * @param method how weights become codes
 * @param range of the scales
 * @param order of the channels
 * @param damping what is added to the diagonal of {@code X^T X}, as a share of its mean
 * @param sweeps how often each channel is looked at again
 */
@PassInfo(
    name = "round-weights",
    summary = "rounds quantized weights so that their products lose least on sample inputs",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record RoundWeights(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "how weights become codes: each the nearest, or so that those that are rounded later make up "
        + "for those before (second-order)", otherwise = "second-order") Method method,
    @PassOption(value = "ranges of the scales: the largest magnitudes, or those with which the weights lose least, "
        + "each counted as much as the activations that it meets (mse)", otherwise = "amax") Range range,
    @PassOption(value =
        "which channels second-order rounds first: as they are stored, or those with the largest activations",
        otherwise = "largest") Order order,
    @PassOption(value = "share of the mean square of activations that second-order adds to each", otherwise = "0.2")
    double damping,
    @PassOption(value = "how often second-order looks at each channel again, once all have codes", otherwise = "4")
    int sweeps) implements Pass {
  private static final String NAME = "round-weights";

  /** How weights become codes. */
  public enum Method {
    NEAREST,
    SECOND_ORDER
  }

  /** Ranges of scales. */
  public enum Range {
    AMAX,
    MSE
  }

  /** Which channels are rounded first. */
  public enum Order {
    STORED,
    LARGEST
  }

  public RoundWeights {
    if (!(damping >= 0)) {
      throw new IllegalArgumentException("damping is at least 0, not " + damping);
    }
    if (sweeps < 0) {
      throw new IllegalArgumentException("each channel is looked at again 0 times at least, not " + sweeps);
    }
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  /** An error is spread well if it is known what channels have to do with each other, of which there are many pairs. */
  @Override
  public boolean needsManyInputs() {
    return method == Method.SECOND_ORDER;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> rounded(function, context), GiveRoundedWeights::new);
  }

  private ImmutableMap<Value, Rounded> rounded(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a quantized weight");
    Definitions definitions = Definitions.in(function);
    ImmutableMap<Value, QuantizedWeight> weights = QuantizedWeight.of(function, scope, definitions,
        (product, why) -> context.skipped("codes of a weight", product.location(), why));
    Optional<String> obstacle = ObservedValues.obstacle(function, context);
    if (weights.isEmpty() || obstacle.isPresent()) {
      weights.values().forEach(weight -> context.skipped(
          "codes of a weight", weight.products().getFirst().location(), obstacle.orElseThrow()));
      return ImmutableMap.of();
    }
    Set<Value> wanted = new LinkedHashSet<>();
    weights.values().forEach(weight -> wanted.addAll(weight.activations(definitions)));
    ObservedValues seen = ObservedValues.of(function, wanted, context, NAME);
    Map<Value, Rounded> rounded = new LinkedHashMap<>();
    weights.forEach((result, weight) -> {
      Tensor exact = new ConstantValues(definitions)
          .tensor(weight.exact(), ObservedValues.weights(function, context)).orElseThrow();
      PostQuantizationIntegral loss = weight.activations(definitions).stream()
          .map(activation -> PostQuantizationIntegral.of(seen.of(activation).orElseThrow()))
          .reduce(PostQuantizationIntegral::plus).orElseThrow();
      Optional<Prune> pruning = weight.pruning(definitions);
      WeightRounding rounding = new WeightRounding(this, weight.quantize(), weight.inner(), loss);
      WeightRounding.Result found = round(rounding, weight, exact, pruning.isPresent());
      rounded.put(result, made(weight.source().key(), found, pruning, context));
      record(weight, rounding, exact, found, scope, context);
    });
    return ImmutableMap.copyOf(rounded);
  }

  private static WeightRounding.Result round(
      WeightRounding rounding, QuantizedWeight weight, Tensor exact, boolean isPruned) {
    try {
      return rounding.of(exact, isPruned);
    } catch (IllegalArgumentException e) {
      throw new InputException("weight '" + weight.source().key() + "' can't be rounded: " + e.getMessage());
    }
  }

  private static Rounded made(
      String key, WeightRounding.Result found, Optional<Prune> pruning, PassContext context) {
    return new Rounded(
        context.make(key, found.values()),
        context.make(key + ".range", found.search().ranges()),
        found.search().outer().map(outer -> context.make(key + ".outer", outer)),
        found.search().op(),
        pruning);
  }

  private void record(
      QuantizedWeight weight, WeightRounding rounding, Tensor exact, WeightRounding.Result found, ProductScope scope,
      PassContext context) {
    Quantize quantize = weight.quantize();
    Tensor codes = quantize.eval(List.of(found.values(), found.search().scales()), quantize.result());
    Tensor nearest = quantize.eval(List.of(exact), quantize.result());
    Operation product = weight.products().getFirst();
    context.applied(
        String.format(
            Locale.ROOT, "weight '%s' rounded %s, SQNR of the product on sample inputs %.1f dB, plainly %.1f dB",
            weight.source().key(),
            method == Method.NEAREST ? "to nearest" : "one channel after another",
            Noise.decibels(rounding.loss().noise(exact, codes, weight.inner())),
            Noise.decibels(rounding.loss().noise(exact, nearest, weight.inner()))),
        product.location(),
        scope.reason(product),
        QuantizationCost.of(exact, codes, weight.exact().tensorType(), quantize.result()));
  }
}
