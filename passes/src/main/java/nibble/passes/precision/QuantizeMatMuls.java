package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Value;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Quantizes the operands of matrix products with weights, with dynamic scales, by {@link QuantizeOperands}. The pairs
 * of quantize and dequantize that it leaves are folded by {@code fold-dequantize}. Layouts are those of
 * {@link LayoutSpec}.
 *
 * @param at paths of the products; none for all
 * @param weight layout of right operands, which must come from a weight; none to leave them
 * @param act layout of left operands; none to leave them
 */
@PassInfo(
    name = "quantize",
    summary = "quantizes weights and activations of matrix products, with dynamic scales",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record QuantizeMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("layout of weights, such as i8:channel; they stay as they are where it is not given")
    Optional<LayoutSpec> weight,
    @PassOption("layout of activations, such as i8:token; they stay as they are where it is not given")
    Optional<LayoutSpec> act) implements Pass {
  public QuantizeMatMuls {
    if (weight.isEmpty() && act.isEmpty()) {
      throw new IllegalArgumentException("give a layout for weight, for act, or for both");
    }
    act.ifPresent(LayoutSpec::requireForActivations);
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
    ProductPlanner planner = new ProductPlanner(
        weight, act, scope::reason, definitions, SampledProducts.activations(function, scope, context), context);
    Map<Value, ProductPlan> plans = new LinkedHashMap<>();
    function.body().walk(operation -> {
      if (scope.includesExperts(operation)) {
        planner.plan(operation).ifPresent(plan -> plans.put(operation.result(), plan));
      }
    });
    return ImmutableMap.copyOf(plans);
  }
}
