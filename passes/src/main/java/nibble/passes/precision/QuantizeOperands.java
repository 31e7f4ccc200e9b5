package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Quantizes operands of matrix products where they are stored, and dequantizes them before the product.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = quantize %x : tensor&lt;[B,384] x i8, scale&lt;token, f32&gt;&gt;
 *                           %3 = dequantize %2 {to = f32}
 *                           %4 = quantize %w : tensor&lt;[384,64] x i8, scale&lt;axis 1, f32&gt;&gt;
 *                           %5 = dequantize %4 {to = f32}
 *                           %6 = matmul %3, %5
 * </pre>
 *
 * @param plans what becomes of the operands of each product, by the product's result
 */
record QuantizeOperands(ImmutableMap<Value, ProductPlan> plans) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    ProductPlan plan = operation.results().isEmpty() ? null : plans.get(operation.results().getFirst());
    if (plan == null) {
      return Optional.empty();
    }
    Value left = quantized(operation.operand(0), plan.left(), context);
    Value right = quantized(operation.operand(1), plan.right(), context);
    return Optional.of(ImmutableList.of(
        context.builder().add(operation.op(), FactorOperands.with(operation, left, right))));
  }

  private static Value quantized(Value operand, Optional<Quantize> quantize, RewriteContext context) {
    if (quantize.isEmpty()) {
      return operand;
    }
    BlockBuilder builder = context.builder();
    StoredOperand source = StoredOperand.of(operand, context::definition);
    Value codes = builder.add(quantize.get(), source.stored());
    NumberFormat format = operand.tensorType().format();
    return source.toOperand(builder.add(new Dequantize(format), codes), format, builder);
  }
}
