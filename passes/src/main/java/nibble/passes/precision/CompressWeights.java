package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Value;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Stores pruned weights of matrix products compressed, by {@link CompressOperands}: what was pruned, behind its cast or
 * quantizer. Stands behind {@code sparsify}, {@code quantize} and {@code cast}.
 *
 * @param at paths of the products; none for all
 */
@PassInfo(
    name = "compress-weights",
    summary = "stores pruned weights of matrix products in the layout that they were pruned to",
    effect = NumericEffect.Kind.EXACT)
public record CompressWeights(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableSet<Value> products = products(function, context);
      return products.isEmpty()
          ? function
          : new RewriteDriver(new CompressOperands(products)).apply(function, module.symbols());
    });
  }

  private ImmutableSet<Value> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a pruned weight");
    Definitions definitions = Definitions.in(function);
    ImmutableSet.Builder<Value> products = ImmutableSet.builder();
    function.body().walk(operation -> {
      if (!(operation.op() instanceof MatMul) || !scope.includes(operation)) {
        return;
      }
      Optional<PrunedWeight> weight = PrunedWeight.of(operation, definitions);
      Optional<String> obstacle = weight.isEmpty()
          ? Optional.of("its right operand was not pruned along the axis that is summed over")
          : weight.get().obstacle();
      obstacle.ifPresent(why -> context.skipped("compressed weight", operation.location(), why));
      if (obstacle.isEmpty()) {
        products.add(operation.result());
        context.applied(
            StoredOperand.of(operation.operand(1), definitions).description() + " stored as sparse<"
                + weight.get().prune().layout().text() + ">",
            operation.location(),
            scope.reason(operation),
            new Cost(
                TensorBytes.of(weight.get().stored().result().tensorType()),
                TensorBytes.compressed(weight.get().compressed()), Optional.empty()));
      }
    });
    return products.build();
  }
}
