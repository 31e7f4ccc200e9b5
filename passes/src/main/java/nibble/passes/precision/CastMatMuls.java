package nibble.passes.precision;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Casts the operands of matrix products that are not quantized, by {@link CastOperands}; the products keep the format
 * of their result. Then moves the casts up, by {@link HoistCastAboveView}, so that what is multiplied can be stored
 * narrow.
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
    Definitions definitions = Definitions.in(function);
    ImmutableSet.Builder<Value> products = ImmutableSet.builder();
    function.body().walk(operation -> {
      if (operation.op() instanceof MatMul && PathPattern.anyMatches(at, operation.location().path())) {
        Optional<String> obstacle = obstacle(operation, definitions);
        obstacle.ifPresent(why -> context.skipped("product", operation.location(), why));
        if (obstacle.isEmpty()) {
          products.add(operation.result());
          operation.operands().forEach(operand -> record(operand, definitions, operation.location(), context));
        }
      }
    });
    return products.build();
  }

  private Optional<String> obstacle(Operation product, Definitions definitions) {
    if (FoldDequantize.folds(product, definitions)) {
      return Optional.of("its operands are quantized");
    }
    for (Value operand : product.operands()) {
      TensorType type = operand.tensorType();
      if (!type.isPlain() || !type.format().isFloat()) {
        return Optional.of("it multiplies " + type);
      }
      if (type.format().storageBits() <= to.storageBits()) {
        return Optional.of(type.format().name() + " is no wider than " + to.name());
      }
    }
    return Optional.empty();
  }

  private void record(Value operand, Definitions definitions, Location at, PassContext context) {
    TensorType type = operand.tensorType();
    context.applied(
        StoredOperand.of(operand, definitions).description() + " to " + to.name(),
        at,
        this.at.isEmpty() ? "asked for every product" : "asked for at " + Joiner.on(", ").join(this.at),
        QuantizationCost.of(type, type.plain(to), Optional.empty()));
  }
}
