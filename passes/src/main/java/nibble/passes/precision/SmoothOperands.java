package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Mul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Divides channels of left operands of matrix products, and multiplies rows of right ones, where they are stored.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = mul %x, [1/s_0, 1/s_1, ...]
 *                           %3 = mul %w, [s_0, s_1, ...]
 *                           %4 = matmul %2, %3
 * </pre>
 *
 * @param factors of each product, by its result: powers of two, one for each index of the inner axis
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
    TensorType stored = source.stored().tensorType();
    List<Dim> extents = new ArrayList<>();
    for (int i = axis; i < stored.rank(); i++) {
      extents.add(i == axis ? stored.shape().dim(i) : Dim.ONE);
    }
    Value constant = context.builder().add(constant(factors, TensorType.of(Shape.of(extents), stored.format())));
    Value scaled = context.builder().add(new Mul(), source.stored(), constant);
    return source.toOperand(scaled, operand.tensorType().format(), context.builder());
  }

  private static Constant constant(ImmutableList<Double> values, TensorType type) {
    boolean uniform = values.stream().allMatch(values.getFirst()::equals);
    return uniform ? Constant.splat(values.getFirst(), type) : new Constant(values, type);
  }
}
