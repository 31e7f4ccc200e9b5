package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Shape;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Multiplies codes of static scales as plain integers, by {@link MultiplyIntegerOperands}; where the codes of a product
 * follow from the sums of another, with nothing between but a bias and {@code relu}, they are found by integer
 * multiplication and shift ("Fast Lossless Neural Compression with Integer-Only Discrete Flows", section 3). Stands
 * behind {@code quantize} and {@code calibrate}.
 *
 * @param at paths of the products; none for all
 */
@PassInfo(
    name = "integer-only",
    summary = "multiplies codes as plain integers, and makes codes of sums without floating point",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record ComputeInIntegers(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at) implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> products(function, context), MultiplyIntegerOperands::new);
  }

  private ImmutableMap<Value, Operation> products(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product of codes");
    Definitions definitions = Definitions.in(function);
    ImmutableMap.Builder<Value, Operation> products = ImmutableMap.builder();
    function.body().walk(operation -> {
      Optional<Operation> left = quantizer(operation, 0, scope, definitions);
      Optional<Operation> right = quantizer(operation, 1, scope, definitions);
      if (left.isPresent() && right.isPresent()) {
        Optional<String> obstacle = obstacle(operation, left.get(), right.get(), definitions);
        obstacle.ifPresentOrElse(
            why -> context.skipped("product of codes", operation.location(), why),
            () -> {
              products.put(operation.result(), operation);
              record(operation, scope, context);
            });
      }
    });
    return products.buildOrThrow();
  }

  private static Optional<Operation> quantizer(
      Operation operation, int side, ProductScope scope, Definitions definitions) {
    return scope.includes(operation)
        ? MultiplyIntegerOperands.quantizer(operation.operand(side), definitions) : Optional.empty();
  }

  private static Optional<String> obstacle(
      Operation product, Operation left, Operation right, Definitions definitions) {
    for (Operation quantizer : ImmutableList.of(left, right)) {
      Quantize quantize = (Quantize) quantizer.op();
      TensorType type = quantize.result();
      if (!type.format().equals(Formats.I8) || type.zeroType().isPresent() || type.residual().isPresent()
          || type.scaleType().isScaled() || quantize.rounding() != FixedRounding.NEAREST_EVEN
          || !quantizer.operand(0).tensorType().format().equals(Formats.F32)) {
        return Optional.of("it multiplies " + type + ", and integers take i8 of f32, of one level, to nearest");
      }
    }
    if (left.operands().size() != 2 || !left.operand(1).tensorType().shape().size().is(1)
        || !left.operand(1).tensorType().format().equals(Formats.F32)) {
      return Optional.of("its activation has no static scale of f32 for the whole tensor, as calibrate gives");
    }
    if (!definitions.of(product.operand(0)).map(Operation::op).filter(Dequantize.class::isInstance).isPresent()) {
      return Optional.of("a view stands between its activation and the product");
    }
    ConstantValues constants = new ConstantValues(definitions);
    if (constants.weight(right.operand(0)).isEmpty()) {
      return Optional.of("its right operand is no weight");
    }
    if (!right.operands().stream().skip(1).allMatch(constants::isConstant)) {
      return Optional.of("the scales of its weight follow from the inputs");
    }
    Shape scales = ((Quantize) right.op()).result().scaleType().shape();
    int inner = new WeightProduct.Reader(definitions).read(product).rightInner();
    return scales.rank() == 2 && scales.dim(inner).is(1)
        ? Optional.empty() : Optional.of("the scales of its weight are not one for each channel");
  }

  private static void record(Operation product, ProductScope scope, PassContext context) {
    context.applied(
        "product of codes in integers", product.location(), scope.reason(product),
        QuantizationCost.of(
            product.result().tensorType(), product.result().tensorType(), Optional.empty()));
  }
}
