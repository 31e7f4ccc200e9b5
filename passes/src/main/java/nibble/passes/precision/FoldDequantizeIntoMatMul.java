package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Dequantize;
import nibble.ir.op.ProductOp;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.rewrite.RewriteContext.Match;

/**
 * Multiplies codes instead of values, where {@link ScaledProduct} allows it.
 *
 * <pre>
 * %1 = dequantize %a {to = f32}    =&gt;  %4 = matmul %a, %b
 * %2 = dequantize %b {to = f32}
 * %3 = matmul %1, %2
 * </pre>
 */
public record FoldDequantizeIntoMatMul() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof ProductOp product)) {
      return Optional.empty();
    }
    Optional<Match<Dequantize>> left = context.match(operation.operand(0), Dequantize.class);
    Optional<Match<Dequantize>> right = context.match(operation.operand(1), Dequantize.class);
    if (left.isEmpty() || right.isEmpty()) {
      return Optional.empty();
    }
    Value a = left.get().operand(0);
    Value b = right.get().operand(0);
    return ScaledProduct.obstacle(a.tensorType(), b.tensorType(), product.transposeB()).isPresent()
        ? Optional.empty()
        : Optional.of(ImmutableList.of(context.builder().add(product, FactorOperands.with(operation, a, b))));
  }
}
