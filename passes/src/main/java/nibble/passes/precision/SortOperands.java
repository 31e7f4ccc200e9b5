package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Constant;
import nibble.ir.op.Gather;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Brings the inner axes of both operands of products to another order.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = constant {values = [5.0, 0.0, 3.0, ...]} : tensor&lt;[K] x i32&gt;
 *                           %3 = gather %x, %2 {axis = 1}
 *                           %4 = gather %w, %2 {axis = 0}
 *                           %5 = matmul %3, %4
 * </pre>
 *
 * @param orders of each product, by its result: the channel at each place
 */
record SortOperands(ImmutableMap<Value, ImmutableList<Double>> orders) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    ImmutableList<Double> order =
        operation.results().isEmpty() ? null : orders.get(operation.results().getFirst());
    if (order == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    Value places = context.builder().add(new Constant(order, TensorType.of(Shape.of(order.size()), Formats.I32)));
    Value left = sorted(operation.operand(0), product.left(), product.leftInner(), places, context);
    Value right = sorted(operation.operand(1), product.right(), product.rightInner(), places, context);
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), left, right)));
  }

  private static Value sorted(Value operand, StoredOperand source, int axis, Value places, RewriteContext context) {
    Value sorted = context.builder().add(new Gather(axis), source.stored(), places);
    return source.toOperand(sorted, operand.tensorType().format(), context.builder());
  }
}
