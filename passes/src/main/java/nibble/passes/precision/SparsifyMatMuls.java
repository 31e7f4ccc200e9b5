package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.NOfM;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.op.Prune;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.sparsity.Saliency;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.PruneOperands.PrunedOperand;

/**
 * Prunes weights of matrix products along the axis that is summed over, by {@link PruneOperands}. What is left fits a
 * sparse layout, along the axis along which sparse matrix instructions take it. Stands before {@code quantize} and
 * {@code cast}.
 *
 * <p>Magnitude is looked at when weights are loaded; by another saliency, or with masks that fit both axes, weights are
 * pruned when the model is compiled, and the module has the result as another weight.
 *
 * @param at paths of the products; none for all
 * @param weight layout that pruned weights fit; where there is a gain, the sparsest one that they may have
 * @param gain how many times as fast as the dense one each product shall be, for which V and M of the layout are chosen
 * @param saliency which weights are kept, and whether others make up for those that are not
 * @param transposable whether masks fit 2:4 along both axes
 * @param ifPays whether products stay dense where a sparse weight does not pay by modelled times
 * @param rows of activations, for modelled times; those of the sample inputs where there is none
 * @param format in which operands are multiplied, for modelled times
 * @param target that times are modelled for; that of the command where there is none
 * @param damping what is added to the diagonal of {@code X^T X}, as a share of its mean, for {@code sparsegpt}
 */
@PassInfo(
    name = "sparsify",
    summary = "prunes weights of matrix products, so that they fit a sparse layout",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record SparsifyMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("sparse layout of weights, such as 2:4, 64:2:8, block(64,64) 1:4 or mask 1:4") SparseLayout weight,
    @PassOption("how many times as fast as the dense one each product shall be, by modelled times: V and M are chosen "
        + "so, no larger than those of the layout; as the layout says, where none is given")
    Optional<Double> gain,
    @PassOption(value = "which weights are kept: the largest by magnitude, by magnitude and the activations of sample "
        + "inputs (wanda, ria), those whose loss others can't make up for (sparsegpt), or the largest by magnitude and "
        + "shrunk so that they are continuous in the weights (sste)", otherwise = "magnitude")
    Saliency saliency,
    @PassOption(value = "whether masks are 2:4 along both axes of a weight", otherwise = "false") boolean transposable,
    @PassOption(
        value = "whether a product stays dense where a sparse weight does not pay by modelled times",
        otherwise = "true")
    boolean ifPays,
    @PassOption("rows of activations for modelled times; those of the sample inputs, where none are given")
    Optional<Long> rows,
    @PassOption(value = "format in which operands are multiplied, for modelled times", otherwise = "f16")
    NumberFormat format,
    @PassOption("target that times are modelled for, such as sm_90a; that of the command, where none is given")
    Optional<String> target,
    @PassOption(value = "share of the mean square of activations that sparsegpt adds to each", otherwise = "0.5")
    double damping) implements Pass {
  private static final String NAME = "sparsify";

  public SparsifyMatMuls {
    boolean isTwoOfFour = weight instanceof NOfM(long n, long m) && n == 2 && m == 4;
    if (transposable && !isTwoOfFour) {
      throw new IllegalArgumentException("transposable masks are 2:4, not " + weight.text());
    }
    if (gain.isPresent() && !(weight instanceof VNOfM(long _, long n, long _) && n == 2 && gain.get() >= 1)) {
      throw new IllegalArgumentException(
          "for a gain of at least 1, V and M of a layout V:2:M are chosen; " + weight.text() + " for " + gain.get());
    }
    if (saliency == Saliency.SSTE && (transposable || !isTwoOfFour)) {
      throw new IllegalArgumentException("the projection of S-STE gives 2:4 along one axis, not "
          + (transposable ? "along both" : weight.text()));
    }
    if (saliency == Saliency.SPARSEGPT && weight instanceof BlockSparse) {
      throw new IllegalArgumentException("sparsegpt prunes channels from the first to the last, and blocks are chosen "
          + "among all of a row: take wanda or ria for " + weight.text());
    }
    if (rows.isPresent() && rows.get() < 1) {
      throw new IllegalArgumentException("an activation has at least one row, not " + rows.get());
    }
    if (!(damping >= 0)) {
      throw new IllegalArgumentException("damping is at least 0, not " + damping);
    }
  }

  @Override
  public boolean needsInputs() {
    return saliency.needsActivations() || (ifPays || gain.isPresent()) && rows.isEmpty();
  }

  private WeightPruning pruning(SparseLayout layout) {
    return new WeightPruning(layout, saliency, transposable, damping);
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, PrunedOperand> products = products(function, context);
      return products.isEmpty()
          ? function
          : new RewriteDriver(new PruneOperands(products)).apply(function, module.symbols());
    });
  }

  private ImmutableMap<Value, PrunedOperand> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    Definitions definitions = Definitions.in(function);
    WeightProduct.Reader reader = new WeightProduct.Reader(definitions);
    SparsityGain gains = new SparsityGain(format, rows, target, SparsityGain.sizes(function, context), context);
    Map<Operation, SparseLayout> layouts = new LinkedHashMap<>();
    Map<Operation, Optional<String>> obstacles = new LinkedHashMap<>();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        Optional<String> obstacle = reader.obstacle(operation);
        Optional<SparseLayout> layout = obstacle.isPresent() ? Optional.empty() : layout(gains, operation);
        layout.ifPresent(one -> layouts.put(operation, one));
        obstacles.put(operation, obstacle
            .or(() -> layout.isPresent() ? Optional.empty() : Optional.of(
                "no V:2:M up to " + weight.text() + " is known to be " + gain.orElseThrow()
                    + " times as fast as the dense weight"))
            .or(() -> obstacle(reader.read(operation), definitions, layout.orElseThrow()))
            .or(() -> refusal(gains, operation, layout.orElseThrow())));
      }
    });
    Optional<ObservedValues> seen =
        seen(function, Maps.filterValues(obstacles, Optional::isEmpty).keySet(), context);
    Map<Value, PrunedOperand> products = new LinkedHashMap<>();
    obstacles.forEach((operation, obstacle) -> {
      if (obstacle.isPresent()) {
        context.skipped("sparse weight", operation.location(), obstacle.get());
        return;
      }
      SparseLayout layout = layouts.get(operation);
      WeightProduct product = reader.read(operation);
      Optional<PrunedWeights.Pruned> pruned =
          new PrunedWeights(pruning(layout), definitions, context, seen).of(product);
      products.put(operation.result(), new PrunedOperand(layout, pruned.flatMap(PrunedWeights.Pruned::made)));
      record(operation, product, layout, pruned, scope.reason(operation) + worth(gains, operation, layout), context);
    });
    return ImmutableMap.copyOf(products);
  }

  /** The layout of a product's weight; nothing where none is fast enough. */
  private Optional<SparseLayout> layout(SparsityGain gains, Operation operation) {
    return gain.isPresent() && weight instanceof VNOfM most
        ? gains.choose(operation, most, gain.get()) : Optional.of(weight);
  }

  private Optional<ObservedValues> seen(Function function, Set<Operation> chosen, PassContext context) {
    return saliency.needsActivations() && !chosen.isEmpty()
        ? Optional.of(SampledProducts.of(function, chosen, context, NAME).values()) : Optional.empty();
  }

  /** Why a product stays dense although its weight could be sparse, if it does. */
  private Optional<String> refusal(SparsityGain gains, Operation operation, SparseLayout layout) {
    return ifPays
        ? gains.of(operation, layout).filter(gains::isRefused)
            .map(estimate -> "it does not pay: " + estimate.text() + "; " + estimate.obstacle().orElseThrow())
        : Optional.empty();
  }

  /** What the sparse weight is worth, for the record. */
  private String worth(SparsityGain gains, Operation operation, SparseLayout layout) {
    String whatever = ifPays ? "forced although" : "asked for although";
    return gains.of(operation, layout)
        .map(estimate -> "; " + estimate.text()
            + estimate.obstacle().map(why -> ", " + whatever + " it does not pay: " + why).orElse(""))
        .orElse("");
  }

  private Optional<String> obstacle(WeightProduct product, Definitions definitions, SparseLayout layout) {
    Value stored = product.right().stored();
    if (definitions.of(stored).filter(below -> below.op() instanceof Prune).isPresent()) {
      return Optional.of("its weight is pruned already");
    }
    try {
      new Prune(product.rightInner(), layout).compressed(stored.tensorType()).parts();
    } catch (TypeRuleException | IllegalArgumentException e) {
      return Optional.of("its " + product.right().description() + " can't be sparse: " + e.getMessage());
    }
    if (!pruning(layout).isMadeWhenCompiled()) {
      return Optional.empty();
    }
    if (stored.tensorType().rank() != 2 || !stored.tensorType().shape().isConstant()) {
      return Optional.of("its weight is no matrix");
    }
    if (saliency.needsActivations()
        && product.leftInner() != product.left().stored().tensorType().rank() - 1) {
      return Optional.of("its activation is stored with another axis last than the inner one");
    }
    return pruning(layout).obstacle(stored.tensorType().shape().extents(), product.rightInner());
  }

  private void record(
      Operation operation, WeightProduct product, SparseLayout layout, Optional<PrunedWeights.Pruned> pruned,
      String reason, PassContext context) {
    Value stored = product.right().stored();
    Prune prune = new Prune(product.rightInner(), layout);
    Optional<Double> lost = pruned.map(PrunedWeights.Pruned::lost);
    context.applied(
        product.right().description() + " pruned to " + layout.text() + " along axis " + product.rightInner()
            + how() + pruned.map(PrunedWeights.Pruned::text).orElse(""),
        operation.location(),
        reason,
        new Cost(
            TensorBytes.of(stored.tensorType()), TensorBytes.compressed(prune.compressed(stored.tensorType())),
            lost.map(Noise::decibels)));
  }

  private String how() {
    return (saliency == Saliency.MAGNITUDE ? "" : " by " + saliency.name().toLowerCase(Locale.ROOT))
        + (transposable ? ", transposable" : "");
  }
}
