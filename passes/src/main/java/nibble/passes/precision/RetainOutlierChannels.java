package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Dim;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.OperandLayout.Fit;
import nibble.passes.precision.SplitOperands.Split;

/**
 * Keeps the channels of activations that are largest in a wider format, by {@link SplitOperands}: OutControl of
 * "TetraJet-v2: Accurate NVFP4 Training for Large Language Models with Oscillation Suppression and Outlier Control". A
 * channel is as large as its sum of squares on the sample inputs. What is left is for a pass behind, such as {@code
 * quantize}.
 *
 * @param at paths of the products; none for all
 * @param share of the channels that is kept
 * @param multiple what their number is rounded up to, so that the groups of the layouts are full
 * @param weight layout of their rows of weights; none to leave them
 * @param act layout of the channels; none to leave them
 */
@PassInfo(
    name = "retain-outliers",
    summary = "computes the largest channels of activations in a product of their own, in a wider format",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record RetainOutlierChannels(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "share of the channels that is kept", otherwise = "0.1") double share,
    @PassOption(value = "what the number of kept channels is rounded up to a multiple of", otherwise = "32")
    int multiple,
    @PassOption("layout of the weight's rows that are kept, such as e4m3:group 32:ue8m0:up; they stay as they are "
        + "where it is not given")
    Optional<LayoutSpec> weight,
    @PassOption("layout of the channels that are kept; they stay as they are where it is not given")
    Optional<LayoutSpec> act) implements Pass {
  private static final String NAME = "retain-outliers";

  public RetainOutlierChannels {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("a share is from 0 to 1, not " + share);
    }
    if (multiple < 1) {
      throw new IllegalArgumentException("a number of channels is a multiple of 1 or more, not of " + multiple);
    }
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> splits(function, context), SplitOperands::new);
  }

  private ImmutableMap<Value, Split> splits(Function function, PassContext context) {
    ImmutableMap.Builder<Value, Split> splits = ImmutableMap.builder();
    if (share > 0) {
      ProductScope scope = new ProductScope(at, "every product with a weight");
      ActivationProducts.observe(
          function, scope, "outlier channels", RetainOutlierChannels::obstacle, context, NAME, (seen, products) ->
              products.forEach((product, read) ->
                  split(product, read, energies(seen, read.leftInner()), scope, context)
                      .ifPresent(split -> splits.put(product.result(), split))));
    }
    return splits.buildOrThrow();
  }

  private static Optional<String> obstacle(WeightProduct product) {
    return inner(product).isConstant() ? Optional.empty() : Optional.of("its inner axis is symbolic");
  }

  private static Dim inner(WeightProduct product) {
    return product.left().stored().tensorType().shape().dim(product.leftInner());
  }

  /** The sum of squares at each index of an axis. */
  private static double[] energies(Tensor tensor, int axis) {
    int[] extents = tensor.extents();
    int stride = Arrays.stream(extents, axis + 1, extents.length).reduce(1, (a, b) -> a * b);
    double[] values = tensor.values();
    double[] energies = new double[extents[axis]];
    for (int i = 0; i < values.length; i++) {
      energies[i / stride % energies.length] += values[i] * values[i];
    }
    return energies;
  }

  private Optional<Split> split(
      Operation product, WeightProduct read, double[] energy, ProductScope scope, PassContext context) {
    int kept = Math.min(energy.length, Math.ceilDiv((int) Math.ceil(share * energy.length), multiple) * multiple);
    ImmutableList<Integer> bySize = IntStream.range(0, energy.length).boxed()
        .sorted(Comparator.comparingDouble(channel -> -energy[channel])).collect(ImmutableList.toImmutableList());
    ImmutableList<Integer> second = bySize.subList(0, kept).stream().sorted().collect(ImmutableList.toImmutableList());
    ImmutableList<Integer> first =
        bySize.subList(kept, energy.length).stream().sorted().collect(ImmutableList.toImmutableList());
    int leftRank = product.operand(0).tensorType().rank();
    int rightRank = product.operand(1).tensorType().rank();
    boolean transposed = ((MatMul) product.op()).transposeB();
    Optional<Fit> left = act.map(layout ->
        new OperandLayout(part(read.left(), read.leftInner(), kept), leftRank - 1, leftRank - 2).fit(layout));
    Optional<Fit> right = weight.map(layout -> new OperandLayout(
        part(read.right(), read.rightInner(), kept), transposed ? rightRank - 1 : rightRank - 2,
        transposed ? rightRank - 2 : rightRank - 1).fit(layout));
    for (Optional<Fit> fit : ImmutableList.of(left, right)) {
      if (fit.isPresent() && fit.get().quantize().isEmpty()) {
        context.skipped("outlier channels", product.location(), fit.get().obstacle());
        return Optional.empty();
      }
    }
    ProductPlan plan = new ProductPlan(left.flatMap(Fit::quantize), right.flatMap(Fit::quantize));
    double all = Arrays.stream(energy).sum();
    double most = second.stream().mapToDouble(channel -> energy[channel]).sum();
    context.applied(
        String.format(Locale.ROOT, "%d of %d channels of the %s, with %.1f %% of its energy, kept as %s", kept,
            energy.length, read.left().description(), all == 0 ? 100 : 100 * most / all,
            new LayoutCandidate(weight, act).text()),
        product.location(), scope.reason(product),
        QuantizationCost.of(
            part(read.right(), read.rightInner(), kept).stored().tensorType(),
            plan.right().isPresent()
                ? plan.right().get().result() : part(read.right(), read.rightInner(), kept).stored().tensorType(),
            Optional.empty()));
    return Optional.of(new Split(first, second, plan));
  }

  /** An operand with so many channels. */
  private static StoredOperand part(StoredOperand operand, int axis, int channels) {
    TensorType type = operand.stored().tensorType();
    Value fewer = new Value("part", type.withShape(type.shape().with(axis, Dim.of(channels))));
    return new StoredOperand(fewer, operand.transposes(), operand.weight(), operand.description());
  }
}
