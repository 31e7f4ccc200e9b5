package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Mul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Divides channels of left operands of matrix products, and multiplies rows of right ones, where they are stored.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = mul %x, [1/s_0, 1/s_1, ...]
 *                           %3 = mul %w, [s_0, s_1, ...]
 *                           %4 = matmul %2, %3
 * </pre>
 *
 * @param factors of each product, by its result: one for each index of the inner axis
 */
record SmoothOperands(ImmutableMap<Value, ImmutableList<Double>> factors) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    ImmutableList<Double> own = operation.results().isEmpty() ? null : factors.get(operation.results().getFirst());
    if (own == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    ImmutableList<Double> inverses = own.stream().map(factor -> 1 / factor).collect(ImmutableList.toImmutableList());
    Value left = scaled(operation.operand(0), product.left(), product.leftInner(), inverses, context);
    Value right = scaled(operation.operand(1), product.right(), product.rightInner(), own, context);
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), left, right)));
  }

  private static Value scaled(
      Value operand, StoredOperand source, int axis, ImmutableList<Double> factors, RewriteContext context) {
    TensorType type = source.stored().tensorType();
    ImmutableList<Double> rounded = factors.stream().map(type.format()::round).collect(ImmutableList.toImmutableList());
    Value constant = context.builder().add(ChannelConstant.along(rounded, type, axis));
    Value scaled = context.builder().add(new Mul(), source.stored(), constant);
    return source.toOperand(scaled, operand.tensorType().format(), context.builder());
  }
}
