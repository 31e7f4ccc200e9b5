package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Chooses one of several quantizers for each product with a weight, by what each costs on the sample inputs, and
 * quantizes the operands by {@link QuantizeOperands}.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %3 = dequantize (quantize %x : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;)
 * %2 = matmul %y, %v        %4 = dequantize (quantize %w : tensor&lt;[384,64] x i8, scale&lt;axis 1, f32&gt;&gt;)
 *                           %1 = matmul %3, %4
 *                           %5 = dequantize (quantize %y : tensor&lt;[B,384] x i4, scale&lt;token, f32&gt;&gt;)
 *                           %6 = dequantize (quantize %v : tensor&lt;[384,64] x i4, scale&lt;axis 1, f32&gt;&gt;)
 *                           %2 = matmul %5, %6
 * </pre>
 *
 * @param at paths of the products; none for all
 * @param weight layouts of weights, one for each candidate; none to leave weights
 * @param act layouts of activations, one for each candidate; none to leave activations
 * @param keep bits of an element where a product is left as it is, which is a candidate then
 * @param bits budget: bits of an element, averaged over both operands and over all products by their weights' sizes
 * @param sqnr target: signal over noise in dB that each product must reach
 * @param error what the error of a candidate is
 */
@PassInfo(
    name = "mixed-precision",
    summary = "chooses one of several quantizers for each product with a weight, by what each costs on sample inputs",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record ChooseQuantizers(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("layouts of weights, one for each candidate; weights stay as they are where none is given")
    ImmutableList<LayoutSpec> weight,
    @PassOption("layouts of activations, one for each candidate; activations stay as they are where none is given")
    ImmutableList<LayoutSpec> act,
    @PassOption("bits of an element where a product is left as it is, which is one more candidate then")
    Optional<Double> keep,
    @PassOption("bits that an element may have, averaged over both operands and over products by their weights' sizes")
    Optional<Double> bits,
    @PassOption("decibels of signal over noise that each product must reach, with as few bits as can be")
    Optional<Double> sqnr,
    @PassOption(value = "what the error of a candidate is", otherwise = "product") Measure error)
    implements Pass {
  private static final String NAME = "mixed-precision";

  /** What the error of a candidate is. */
  public enum Measure {
    /** The noise at the result of the product, where its operands alone are quantized. */
    PRODUCT,
    /**
     * The noise at the first result of the function, where the product's operands alone are quantized. For a loss that
     * is 0 without quantization this is the sum of its post-quantization integral over the weights of the product
     * ("Identifying Sensitive Weights via Post-quantization Integral"): the integral of a gradient along a path is the
     * difference of the ends, which an interpretation gives without gradients.
     */
    OUTPUT,
    /**
     * That of {@link #PRODUCT}, predicted from how much the block around the product changes its input, as in
     * "6Bit-Diffusion": a line is fitted to the square roots of the noises that are measured.
     */
    CHANGE
  }

  public ChooseQuantizers {
    if (weight.isEmpty() && act.isEmpty()) {
      throw new IllegalArgumentException("give layouts for weight, for act, or for both");
    }
    if (!weight.isEmpty() && !act.isEmpty() && weight.size() != act.size()) {
      throw new IllegalArgumentException("there are " + weight.size() + " layouts of weights and " + act.size()
          + " of activations; a candidate is one of each");
    }
    if (bits.isPresent() == sqnr.isPresent()) {
      throw new IllegalArgumentException("give a budget of bits, or a target of sqnr");
    }
    act.forEach(LayoutSpec::requireForActivations);
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, ProductPlan> plans = plans(function, context);
      return plans.isEmpty()
          ? function
          : new RewriteDriver(new QuantizeOperands(plans)).apply(function, module.symbols());
    });
  }

  private ImmutableMap<Value, ProductPlan> plans(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    Definitions definitions = Definitions.in(function);
    List<Operation> inScope = new ArrayList<>();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        inScope.add(operation);
      }
    });
    Optional<String> obstacle = ObservedValues.obstacle(function, context);
    if (inScope.isEmpty() || obstacle.isPresent()) {
      inScope.forEach(product -> context.skipped("product", product.location(), obstacle.orElseThrow()));
      return ImmutableMap.of();
    }
    ImmutableList<LayoutCandidate> layouts = layouts();
    Map<String, Long> sizes = Interpreter.bind(function, ObservedValues.inputs(function, context, NAME));
    Map<Operation, ImmutableList<Candidate>> candidates = new LinkedHashMap<>();
    for (Operation product : inScope) {
      ImmutableList<Candidate> own = candidates(product, layouts, definitions, sizes, context);
      if (!own.isEmpty()) {
        candidates.put(product, own);
      }
    }
    if (candidates.isEmpty()) {
      return ImmutableMap.of();
    }
    Optional<ObservedValues> seen = SampledProducts.activations(function, scope, context);
    CandidateErrors errors = CandidateErrors.of(error, function, candidates, context, NAME);
    List<BitBudget.Item> items = new ArrayList<>();
    candidates.forEach((product, own) -> items.add(new BitBudget.Item(
        (double) product.operand(1).tensorType().shape().size().evaluate(sizes),
        own.stream()
            .map(candidate -> new BitBudget.Option(candidate.bits(), errors.noise(product, candidate)))
            .collect(ImmutableList.toImmutableList()))));
    ImmutableList<Integer> chosen = choose(items);
    Map<Value, ProductPlan> plans = new LinkedHashMap<>();
    List<Operation> products = List.copyOf(candidates.keySet());
    for (int i = 0; i < products.size(); i++) {
      Operation product = products.get(i);
      Candidate choice = candidates.get(product).get(chosen.get(i));
      record(product, choice, candidates.get(product), items.get(i), scope, errors, context);
      if (choice.layouts().isPresent()) {
        LayoutCandidate layout = choice.layouts().get();
        new ProductPlanner(layout.weight(), layout.act(), any -> "chosen for its product", definitions, seen, context)
            .plan(product).ifPresent(plan -> plans.put(product.result(), plan));
      }
    }
    return ImmutableMap.copyOf(plans);
  }

  private ImmutableList<LayoutCandidate> layouts() {
    ImmutableList.Builder<LayoutCandidate> layouts = ImmutableList.builder();
    for (int i = 0; i < Math.max(weight.size(), act.size()); i++) {
      layouts.add(new LayoutCandidate(
          weight.isEmpty() ? Optional.empty() : Optional.of(weight.get(i)),
          act.isEmpty() ? Optional.empty() : Optional.of(act.get(i))));
    }
    return layouts.build();
  }

  /** Those that fit a product, and leaving it where that is a candidate; where none fits, the reason is recorded. */
  private ImmutableList<Candidate> candidates(
      Operation product, List<LayoutCandidate> layouts, Definitions definitions, Map<String, Long> sizes,
      PassContext context) {
    ImmutableList.Builder<Candidate> fitting = ImmutableList.builder();
    Optional<String> obstacle = Optional.empty();
    for (LayoutCandidate layout : layouts) {
      LayoutCandidate.Fit fit = layout.fit(product, definitions, context.environment(), keep, sizes);
      fit.candidate().ifPresent(fitting::add);
      obstacle = obstacle.or(fit::obstacle);
    }
    ImmutableList<Candidate> all = fitting.build();
    if (all.isEmpty()) {
      context.skipped("product", product.location(), obstacle.orElseThrow());
      return all;
    }
    return keep.isEmpty() ? all : ImmutableList.<Candidate>builder()
        .addAll(all)
        .add(new Candidate(Optional.empty(), new ProductPlan(Optional.empty(), Optional.empty()), keep.get()))
        .build();
  }

  private ImmutableList<Integer> choose(List<BitBudget.Item> items) {
    if (bits.isPresent()) {
      double least = BitBudget.least(items);
      if (least > bits.get()) {
        throw new InputException(
            String.format(
                Locale.ROOT, "mixed-precision can't keep to %s bits: the narrowest candidates take %.2f", bits.get(),
                least),
            "give more bits, or a candidate with fewer");
      }
      return new BitBudget(bits.get()).choose(items);
    }
    double most = Math.pow(10, -sqnr.orElseThrow() / 10);
    return items.stream().map(item -> BitBudget.narrowest(item, most)).collect(ImmutableList.toImmutableList());
  }

  private void record(
      Operation product, Candidate choice, List<Candidate> all, BitBudget.Item item, ProductScope scope,
      CandidateErrors errors, PassContext context) {
    StringBuilder others = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).equals(choice)) {
        others.append(", ").append(all.get(i).text()).append(" would have ")
            .append(errors.text(item.options().get(i).error()));
      }
    }
    double noise = item.options().get(all.indexOf(choice)).error();
    String why = bits
        .map(budget -> "the least error within " + budget + " bits on average")
        .orElseGet(() -> Noise.decibels(noise) >= sqnr.orElseThrow()
            ? "the fewest bits with " + sqnr.get() + " dB" : "no candidate has " + sqnr.get() + " dB");
    context.applied(
        "product in " + choice.text() + ", " + errors.text(noise),
        product.location(),
        scope.reason(product) + "; " + why + others + errors.basis(product),
        new Cost(choice.bytesBefore(product), choice.bytesAfter(product), Optional.of(Noise.decibels(noise))));
  }
}
