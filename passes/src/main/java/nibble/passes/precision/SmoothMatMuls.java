package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import java.util.Arrays;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.recipe.PathPattern;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Moves magnitude from channels of activations to the weights that they are multiplied with, by {@link SmoothOperands}:
 * channel j of the activation is divided by {@code s_j}, and row j of the weight multiplied, where
 *
 * <pre>
 * s_j = (largest magnitude of the channel)^alpha / (largest magnitude of the row)^(1 - alpha)
 * </pre>
 *
 * <p>rounded to a power of two, so that nothing is rounded by it ("SmoothQuant: Accurate and Efficient Post-Training
 * Quantization for Large Language Models", section 4). Magnitudes of activations are those of the sample inputs.
 * Products of one activation share their factors. Stands before {@code quantize}.
 *
 * <p>With norms in place of magnitudes, factors are what is best before a rotation. Behind it a quantizer adds noise in
 * proportion to the norm of the whole block, the same to all its channels, so that the error of the product is in
 * proportion to {@code sum_j (|x_j| / s_j)^2 * sum_j (|w_j| s_j)^2}. By Cauchy's inequality this is at least the square
 * of {@code sum_j |x_j| |w_j|}, which it is with {@code s_j^2 = |x_j| / |w_j|}, so with an alpha of 0.5. Powers of two
 * would miss that by up to 41 %, so these factors are rounded to f32 alone.
 *
 * @param at paths of the products; none for all
 * @param alpha how much of the magnitude moves: 0 none of the activation's, 1 all of it
 * @param by what counts as the magnitude of a channel and of a row
 */
@PassInfo(
    name = "smooth",
    summary = "moves the magnitude of activation channels to weights, by what sample inputs show",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record SmoothMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "how much of the magnitude moves, from 0 to 1", otherwise = "0.5") double alpha,
    @PassOption(
        value = "what counts of a channel and of a row of the weight: their largest magnitudes, for factors that are "
            + "powers of two, or their norms, which suit a rotation that follows", otherwise = "magnitude")
    Measure by)
    implements Pass {
  /** What counts as the magnitude of a channel. */
  public enum Measure {
    MAGNITUDE,
    NORM
  }

  public SmoothMatMuls {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha is from 0 to 1, not " + alpha);
    }
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> factors(function, context), SmoothOperands::new);
  }

  private ImmutableMap<Value, ImmutableList<Double>> factors(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    ConstantValues constants = new ConstantValues(Definitions.in(function));
    ImmutableMap.Builder<Value, ImmutableList<Double>> factors = ImmutableMap.builder();
    ActivationProducts.observe(
        function, scope, "smoothing", SmoothMatMuls::obstacle, context, "smooth", (seen, products) -> {
          double[] channels = channels(seen, seen.extents().length - 1);
          double[] rows = new double[channels.length];
          for (WeightProduct read : products.values()) {
            double[] own = channels(
                constants.tensor(read.right().stored(), context.environment().weights().orElseThrow()).orElseThrow(),
                read.rightInner());
            Arrays.setAll(rows, j -> switch (by) {
              case MAGNITUDE -> Math.max(rows[j], own[j]);
              case NORM -> Math.hypot(rows[j], own[j]);
            });
          }
          ImmutableList<Double> shared = ImmutableList.copyOf(Doubles.asList(factors(channels, rows)));
          products.forEach((product, read) -> {
            factors.put(product.result(), shared);
            record(product, read, shared, scope, context);
          });
        });
    return factors.buildOrThrow();
  }

  private static Optional<String> obstacle(WeightProduct product) {
    if (product.leftInner() != product.left().stored().tensorType().rank() - 1) {
      return Optional.of("its activation is stored with another axis last than the inner one");
    }
    return product.left().stored().tensorType().shape().last().isConstant()
        ? Optional.empty() : Optional.of("its inner axis is symbolic");
  }

  private double[] channels(Tensor tensor, int axis) {
    return switch (by) {
      case MAGNITUDE -> ChannelMagnitudes.of(tensor, axis);
      case NORM -> ChannelNorms.of(tensor, axis);
    };
  }

  private double[] factors(double[] channels, double[] rows) {
    double[] factors = new double[channels.length];
    for (int j = 0; j < factors.length; j++) {
      double factor = Math.pow(channels[j], alpha) / Math.pow(rows[j], 1 - alpha);
      boolean usable = channels[j] > 0 && rows[j] > 0;
      factors[j] = usable ? rounded(factor) : 1;
    }
    return factors;
  }

  private double rounded(double factor) {
    return switch (by) {
      case MAGNITUDE -> Math.scalb(1.0, (int) Math.rint(Math.log(factor) / Math.log(2)));
      case NORM -> Formats.F32.round(factor);
    };
  }

  private static void record(
      Operation product, WeightProduct read, ImmutableList<Double> factors, ProductScope scope, PassContext context) {
    double least = factors.stream().min(Double::compare).orElse(1.0);
    double most = factors.stream().max(Double::compare).orElse(1.0);
    context.applied(
        read.left().description() + " smoothed, channels over " + least + " to " + most + " of "
            + read.right().description(),
        product.location(),
        scope.reason(product),
        QuantizationCost.of(
            read.left().stored().tensorType(), read.left().stored().tensorType(), Optional.empty()));
  }
}
