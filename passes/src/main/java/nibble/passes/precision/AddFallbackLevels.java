package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Gives quantized activations a second level of codes for the boxes whose largest magnitude is above a threshold, by
 * {@link AddResidualOperands} (block fallback, "Accurate INT8 Training Through Dynamic Block-Level Fallback"). The
 * threshold is given, or that which so large a share of the boxes of the sample inputs is above. What the codes of
 * weights leave of them may be multiplied as well, by {@link AddWeightLevels}.
 *
 * <pre>
 * %1 = quantize %x : tensor&lt;[B,384] x i8, scale&lt;block(128,128), f32&gt;&gt;
 * ==&gt;
 * %1 = quantize %x {fallback = 6.0} : tensor&lt;[B,384] x i8, scale&lt;block(128,128), f32&gt;, residual&lt;i8&gt;&gt;
 * </pre>
 *
 * @param at paths of the quantizers; none for all
 * @param threshold largest magnitude of boxes without a second level
 * @param share of the boxes of the sample inputs with a second level, at most
 * @param weights whether weights have a second level, all of them
 */
@PassInfo(
    name = "fallback",
    summary = "gives the boxes of quantized activations that have outliers a second level of codes",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record AddFallbackLevels(
    @PassOption("paths of the quantizers; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("the largest magnitude of boxes without a second level") Optional<Double> threshold,
    @PassOption("share of the boxes of the sample inputs that have a second level, at most") Optional<Double> share,
    @PassOption(value = "whether quantized weights have a second level too, all of their boxes", otherwise = "false")
    boolean weights) implements Pass {
  private static final String NAME = "fallback";

  public AddFallbackLevels {
    if (threshold.isPresent() == share.isPresent()) {
      throw new IllegalArgumentException("give a threshold, or a share of the boxes");
    }
    if (!(threshold.orElse(0.0) >= 0)) {
      throw new IllegalArgumentException("a threshold is a magnitude, not " + threshold.get());
    }
    if (!(share.orElse(0.0) >= 0 && share.orElse(0.0) <= 1)) {
      throw new IllegalArgumentException("a share is from 0 to 1, not " + share.get());
    }
  }

  @Override
  public boolean needsInputs() {
    return share.isPresent();
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, Double> thresholds = thresholds(function, context);
      Function levelled = thresholds.isEmpty()
          ? function
          : new RewriteDriver(new AddResidualOperands(thresholds)).apply(function, module.symbols());
      return weights ? withWeightLevels(levelled, module, context) : levelled;
    });
  }

  private Function withWeightLevels(Function function, Module module, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a quantized weight");
    ImmutableMap<Value, TwoLevelWeight> products = TwoLevelWeight.of(function, scope, context);
    return products.isEmpty()
        ? function : new RewriteDriver(new AddWeightLevels(products)).apply(function, module.symbols());
  }

  private ImmutableMap<Value, Double> thresholds(Function function, PassContext context) {
    Definitions definitions = Definitions.in(function);
    SetMultimap<Value, Operation> users = LinkedHashMultimap.create();
    Set<Value> results = new LinkedHashSet<>(function.body().results());
    function.body().walk(operation -> operation.operands().forEach(operand -> users.put(operand, operation)));
    Set<Operation> quantizers = new LinkedHashSet<>();
    function.body().walk(operation -> {
      if (operation.op() instanceof Quantize && PathPattern.anyMatches(at, operation.location().path())
          && new ConstantValues(definitions).weight(operation.operand(0)).isEmpty()) {
        Optional<String> obstacle = obstacle(operation, users.get(operation.result()), results);
        obstacle.ifPresentOrElse(
            why -> context.skipped("a second level of " + operation.operand(0), operation.location(), why),
            () -> quantizers.add(operation));
      }
    });
    boolean sees = share.isPresent() || context.environment().inputs().containsKey(function.name());
    if (quantizers.isEmpty()) {
      return ImmutableMap.of();
    }
    Map<Operation, Operation> products = new HashMap<>();
    Set<Value> values = new LinkedHashSet<>();
    for (Operation quantizer : quantizers) {
      values.add(quantizer.operand(0));
      product(quantizer, users).ifPresent(product -> {
        products.put(quantizer, product);
        values.add(product.operand(1));
      });
    }
    Optional<ObservedValues> observed =
        sees ? Optional.of(ObservedValues.of(function, values, context, NAME)) : Optional.empty();
    Map<Value, Double> thresholds = new HashMap<>();
    for (Operation quantizer : quantizers) {
      Optional<Operation> product = Optional.ofNullable(products.get(quantizer));
      Optional<FallbackTrial> trial = observed.flatMap(seen -> seen.of(quantizer.operand(0)))
          .map(seen -> FallbackTrial.of((Quantize) quantizer.op(), seen));
      double above = threshold.orElseGet(() -> trial.orElseThrow().threshold(share.orElseThrow()));
      thresholds.put(quantizer.result(), above);
      record(quantizer, above, trial, product,
          product.flatMap(user -> observed.flatMap(seen -> seen.of(user.operand(1)))), context);
    }
    return ImmutableMap.copyOf(thresholds);
  }

  private static Optional<String> obstacle(Operation quantizer, Set<Operation> users, Set<Value> results) {
    TensorType type = ((Quantize) quantizer.op()).result();
    if (quantizer.operands().size() > 1) {
      return Optional.of("its scales are given, so that boxes are not flagged by what they hold");
    }
    if (type.residual().isPresent()) {
      return Optional.of("it has a second level already");
    }
    if (type.zeroType().isPresent()) {
      return Optional.of("its codes have zero points");
    }
    boolean isRead = users.stream().allMatch(user -> user.op() instanceof Dequantize || user.op() instanceof MatMul);
    if (!isRead || results.contains(quantizer.result())) {
      return Optional.of("its codes are used by other ops than products and dequantize");
    }
    try {
      type.withResidual(type.format());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** The product whose left operand the codes are. */
  private static Optional<Operation> product(Operation quantizer, SetMultimap<Value, Operation> users) {
    for (Operation user : users.get(quantizer.result())) {
      List<Operation> next = user.op() instanceof Dequantize ? List.copyOf(users.get(user.result())) : List.of(user);
      Value value = user.op() instanceof Dequantize ? user.result() : quantizer.result();
      Optional<Operation> product =
          next.stream().filter(last -> last.op() instanceof MatMul && last.operand(0).equals(value)).findFirst();
      if (product.isPresent()) {
        return product;
      }
    }
    return Optional.empty();
  }

  private void record(
      Operation quantizer, double above, Optional<FallbackTrial> trial, Optional<Operation> product,
      Optional<Tensor> right, PassContext context) {
    Quantize quantize = (Quantize) quantizer.op();
    String boxes = trial.map(found -> ": " + found.text(above, product, right)).orElse("");
    context.applied(
        "second level of " + quantize.result().format().name() + " for boxes of " + quantizer.operand(0) + " above "
            + above + boxes,
        quantizer.location(),
        share.map(most -> "asked for a share of " + most + " of the boxes").orElse("asked for that threshold"),
        QuantizationCost.of(
            quantize.result(), quantize.result().withResidual(quantize.result().format()),
            trial.map(found -> found.sqnrDb(above))));
  }
}
