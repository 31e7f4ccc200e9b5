package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Casts the operands of matrix products, those of experts too, and attentions that are not quantized, by {@link
 * CastOperands}; the products keep the format of their result. Then moves the casts up, by {@link HoistCastAboveView},
 * so that what is multiplied can be stored narrow.
 *
 * @param at paths of the products; none for all
 * @param to format of the operands
 */
@PassInfo(
    name = "cast",
    summary = "casts operands of matrix products that are not quantized; results keep their format",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record CastMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption("format of the operands") NumberFormat to) implements Pass {
  public CastMatMuls {
    if (!to.isFloat()) {
      throw new IllegalArgumentException(
          to.name() + " is no floating-point format; integers need a scale: use quantize");
    }
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableSet<Value> products = products(function, context);
      return products.isEmpty()
          ? function
          : new RewriteDriver(
              new CastOperands(products, to), new FoldCastIntoDequantize(), new HoistCastAboveView())
              .apply(function, module.symbols());
    });
  }

  private ImmutableSet<Value> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product");
    Definitions definitions = Definitions.in(function);
    ImmutableSet.Builder<Value> products = ImmutableSet.builder();
    function.body().walk(operation -> {
      boolean isOther = operation.op() instanceof Attention || operation.op() instanceof GroupedMatMul;
      boolean isIncluded = isOther && PathPattern.anyMatches(at, operation.location().path());
      if (isIncluded || scope.includes(operation)) {
        Optional<String> obstacle = obstacle(operation, definitions);
        obstacle.ifPresent(why -> context.skipped("product", operation.location(), why));
        if (obstacle.isEmpty()) {
          products.add(operation.result());
          factors(operation).forEach(operand -> context.applied(
              StoredOperand.of(operand, definitions).description() + " to " + to.name(),
              operation.location(),
              scope.reason(operation),
              cost(operand.tensorType())));
        }
      }
    });
    return products.build();
  }

  private static ImmutableList<Value> factors(Operation product) {
    return product.operands().subList(0, CastOperands.factors(product));
  }

  private Optional<String> obstacle(Operation product, Definitions definitions) {
    if (FoldDequantize.folds(product, definitions)) {
      return Optional.of("its operands are quantized");
    }
    for (Value operand : factors(product)) {
      TensorType type = operand.tensorType();
      if (!type.isPlain() || !type.format().isFloat()) {
        return Optional.of("it multiplies " + type);
      }
      if (type.format().bits() <= to.bits()) {
        return Optional.of(type.format().name() + " is no wider than " + to.name());
      }
    }
    return Optional.empty();
  }

  private Cost cost(TensorType operand) {
    return QuantizationCost.of(operand, operand.plain(to), Optional.empty());
  }
}
