package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.Decision;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Chooses between two quantizers of products with weights anew in each step of a diffusion, as "6Bit-Diffusion:
 * Inference-Time Mixed-Precision Quantization for Video Diffusion Models" does: by how much the block around a product
 * changed its input in the step before, {@code g = sum |out - in| / sum |in|}, a line predicts the error, and the
 * narrower quantizer does below a threshold. Both products are there, and one is launched. {@link ForkProducts} makes
 * two of them.
 *
 * <pre>
 * func @f(%x) {              =&gt;  func @f(%x, %calm) {
 *   %1 = matmul %x, %w             %2 = matmul (dequantize (quantize %x)), (dequantize (quantize %w))
 *   return %1                      %3 = matmul (dequantize (quantize %x)), (dequantize (quantize %w))
 * }                                %1 = either %calm, %2, %3
 *                                  %4 = compare (add (mul g, slope), offset), threshold {kind = le}
 *                                  return %1, %4
 *                                }
 * </pre>
 *
 * @param at paths of the products; none for all
 * @param weight layouts of weights: of the narrow quantizer, and of the wide one
 * @param act layouts of activations: the same
 * @param threshold up to which predicted error the narrow one does
 * @param slope of the predicted error by the change of the block
 * @param offset of the predicted error
 * @param outliers how many times the mean magnitude of an activation its largest may be, on the sample inputs; where it
 *     is larger, the product stays as it is, so that a cached delta has less noise (the paper's purified refresh)
 */
@PassInfo(
    name = "route-products",
    summary = "chooses one of two quantizers of products anew in each step, by how much blocks changed before",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record RouteProducts(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("layouts of weights: of the narrow quantizer, and of the wide one") ImmutableList<LayoutSpec> weight,
    @PassOption("layouts of activations: of the narrow quantizer, and of the wide one") ImmutableList<LayoutSpec> act,
    @PassOption("up to which predicted error the narrow one does") double threshold,
    @PassOption(value = "of the predicted error by the change of the block", otherwise = "1.0") double slope,
    @PassOption(value = "of the predicted error", otherwise = "0.0") double offset,
    @PassOption("times the mean magnitude above which the largest of an activation leaves its product as it is")
    Optional<Double> outliers) implements Pass {
  private static final int TWO = 2;

  public RouteProducts {
    if (weight.size() != TWO || act.size() != TWO) {
      throw new IllegalArgumentException("give two layouts of weights and two of activations, the narrow one first");
    }
    if (Double.isNaN(threshold) || !Double.isFinite(slope) || !Double.isFinite(offset)) {
      throw new IllegalArgumentException("a line has a finite slope and offset, and a threshold is a number");
    }
    act.forEach(LayoutSpec::requireForActivations);
  }

  @Override
  public boolean needsInputs() {
    return outliers.isPresent();
  }

  @Override
  public NumericEffect effect() {
    return new NumericEffect.ChangesOnPurpose(true);
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, String> blocks = blocks(function, context);
      if (blocks.isEmpty()) {
        return function;
      }
      ForkProducts.Forked forked = new ForkProducts(blocks, this).apply(function);
      ImmutableMap<Value, ProductPlan> plans = plans(forked, context);
      return new RewriteDriver(new QuantizeOperands(plans)).apply(forked.function(), module.symbols());
    });
  }

  private LayoutCandidate layouts(int candidate) {
    return new LayoutCandidate(Optional.of(weight.get(candidate)), Optional.of(act.get(candidate)));
  }

  /** The path of the block of each product that both quantizers fit. */
  private ImmutableMap<Value, String> blocks(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    Definitions definitions = Definitions.in(function);
    BlockChanges changes = new BlockChanges(function);
    Optional<ObservedValues> seen = outliers.flatMap(_ -> activations(function, scope, definitions, context));
    Map<Value, String> blocks = new LinkedHashMap<>();
    for (Operation operation : function.body().operations()) {
      if (!scope.includes(operation)) {
        continue;
      }
      Optional<String> obstacle = obstacle(operation, layouts(0), definitions, context.environment())
          .or(() -> obstacle(operation, layouts(1), definitions, context.environment()))
          .or(() -> seen.flatMap(values -> values.of(StoredOperand.of(operation.operand(0), definitions).stored()))
              .flatMap(this::outlier));
      Optional<String> block = changes.outermost(operation);
      if (obstacle.isPresent() || block.isEmpty()) {
        context.skipped(
            "product", operation.location(),
            obstacle.orElse("no block around it gives anything of the type of something that it takes"));
      } else {
        blocks.put(operation.result(), block.get());
      }
    }
    return ImmutableMap.copyOf(blocks);
  }

  /** Of a function that nobody runs, beside one that has inputs, nothing is seen. */
  private static Optional<ObservedValues> activations(
      Function function, ProductScope scope, Definitions definitions, PassContext context) {
    ImmutableMap<String, ImmutableList<Tensor>> inputs = context.environment().inputs();
    if (!inputs.isEmpty() && !inputs.containsKey(function.name())) {
      return Optional.empty();
    }
    Set<Value> activations = function.body().operations().stream().filter(scope::includes)
        .map(product -> StoredOperand.of(product.operand(0), definitions).stored()).collect(Collectors.toSet());
    return Optional.of(ObservedValues.of(function, activations, context, "route-products"));
  }

  private Optional<String> outlier(Tensor activation) {
    double[] magnitudes = Arrays.stream(activation.values()).map(Math::abs).toArray();
    double ratio = Arrays.stream(magnitudes).max().orElse(0) / Arrays.stream(magnitudes).average().orElse(1);
    return ratio > outliers.orElseThrow()
        ? Optional.of(String.format(
            Locale.ROOT, "the largest magnitude of its activation is %.1f times the mean, more than %s", ratio,
            outliers.get()))
        : Optional.empty();
  }

  private static Optional<String> obstacle(
      Operation product, LayoutCandidate layouts, Definitions definitions, PassEnvironment environment) {
    PassContext unheard = new PassContext(PassEnvironment.of(environment.registry()), "");
    new ProductPlanner(layouts.weight(), layouts.act(), any -> "", definitions, Optional.empty(), unheard)
        .plan(product);
    return unheard.decisions().stream()
        .filter(decision -> decision.outcome() == Decision.Outcome.SKIPPED).map(Decision::reason).findFirst();
  }

  private ImmutableMap<Value, ProductPlan> plans(ForkProducts.Forked forked, PassContext context) {
    Definitions definitions = Definitions.in(forked.function());
    Map<Value, ProductPlan> plans = new LinkedHashMap<>();
    for (Operation operation : forked.function().body().operations()) {
      boolean isNarrow = !operation.results().isEmpty() && forked.narrow().contains(operation.results().getFirst());
      boolean isWide = !operation.results().isEmpty() && forked.wide().contains(operation.results().getFirst());
      if (isNarrow || isWide) {
        LayoutCandidate layouts = layouts(isNarrow ? 0 : 1);
        String why = isNarrow
            ? "in steps behind one in which its block changed little" : "in all other steps";
        new ProductPlanner(layouts.weight(), layouts.act(), any -> why, definitions, Optional.empty(), context)
            .plan(operation).ifPresent(plan -> plans.put(operation.results().getFirst(), plan));
      }
    }
    return ImmutableMap.copyOf(plans);
  }
}
