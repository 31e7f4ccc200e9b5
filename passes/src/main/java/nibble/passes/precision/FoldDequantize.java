package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Dequantize;
import nibble.ir.op.ProductOp;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;

/**
 * Folds dequantize ops into matrix products, by {@link FoldDequantizeIntoMatMul}, and records the products of quantized
 * operands that can't take them.
 */
@PassInfo(
    name = "fold-dequantize",
    summary = "multiplies codes instead of values, where scales can be applied to sums of products",
    effect = NumericEffect.Kind.EXACT)
public record FoldDequantize() implements Pass {
  @Override
  public Module run(Module module, PassContext context) {
    Module folded = new RewriteDriver(new FoldDequantizeIntoMatMul()).apply(module);
    folded.functions().values().forEach(function -> recordObstacles(function, context));
    return folded;
  }

  private static void recordObstacles(Function function, PassContext context) {
    Definitions definitions = Definitions.in(function);
    function.body().walk(operation -> obstacle(operation, definitions).ifPresent(
        why -> context.skipped("product of quantized operands", operation.location(), why)));
  }

  /** Why a product of two dequantized operands can't take the codes, if it can't; nothing for any other operation. */
  private static Optional<String> obstacle(Operation operation, Definitions definitions) {
    return areDequantized(operation, definitions)
        ? ScaledProduct.obstacle(
            codes(operation.operand(0), definitions), codes(operation.operand(1), definitions),
            ((ProductOp) operation.op()).transposeB())
        : Optional.empty();
  }

  /** Whether this pass would fold the operands of an operation. */
  static boolean folds(Operation operation, Definitions definitions) {
    return areDequantized(operation, definitions) && obstacle(operation, definitions).isEmpty();
  }

  private static boolean areDequantized(Operation operation, Definitions definitions) {
    return operation.op() instanceof ProductOp && operation.operands().subList(0, 2).stream().allMatch(
        operand -> definitions.of(operand).filter(definition -> definition.op() instanceof Dequantize).isPresent());
  }

  private static TensorType codes(Value dequantized, Definitions definitions) {
    return definitions.of(dequantized).orElseThrow().operand(0).tensorType();
  }
}
