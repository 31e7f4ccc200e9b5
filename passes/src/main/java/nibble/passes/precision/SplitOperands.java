package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Add;
import nibble.ir.op.Constant;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Gather;
import nibble.ir.op.Quantize;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Splits matrix products along their inner axis into two, of which the second is quantized.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = gather %x, [0, 1, 3, ...]    %5 = gather %x, [2, ...]
 *                           %3 = gather %w, [0, 1, 3, ...]    %6 = gather %w, [2, ...]
 *                           %4 = matmul %2, %3                %7 = dequantize (quantize %5 : e4m3)
 *                                                             %8 = dequantize (quantize %6 : e4m3)
 *                                                             %9 = matmul %7, %8
 *                           %1 = add %4, %9
 * </pre>
 *
 * @param splits of each product, by its result
 */
record SplitOperands(ImmutableMap<Value, Split> splits) implements Rewrite {
  /**
   * How a product is split.
   *
   * @param first channels of the first product, in order
   * @param second channels of the second one
   * @param plan how the operands of the second are quantized
   */
  record Split(ImmutableList<Integer> first, ImmutableList<Integer> second, ProductPlan plan) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Split split = operation.results().isEmpty() ? null : splits.get(operation.results().getFirst());
    if (split == null) {
      return Optional.empty();
    }
    Value second = product(operation, split.second(), split.plan(), context);
    if (split.first().isEmpty()) {
      return Optional.of(ImmutableList.of(second));
    }
    Value first =
        product(operation, split.first(), new ProductPlan(Optional.empty(), Optional.empty()), context);
    return Optional.of(ImmutableList.of(context.builder().add(new Add(), first, second)));
  }

  private static Value product(
      Operation operation, ImmutableList<Integer> channels, ProductPlan plan, RewriteContext context) {
    WeightProduct read = new WeightProduct.Reader(context::definition).read(operation);
    Value left = part(operation.operand(0), read.left(), read.leftInner(), channels, plan.left(), context);
    Value right = part(operation.operand(1), read.right(), read.rightInner(), channels, plan.right(), context);
    return context.builder().add(operation.op(), left, right);
  }

  private static Value part(
      Value operand, StoredOperand source, int axis, ImmutableList<Integer> channels, Optional<Quantize> quantize,
      RewriteContext context) {
    BlockBuilder builder = context.builder();
    Value indices = builder.add(indices(channels));
    Value picked = builder.add(new Gather(axis), source.stored(), indices);
    NumberFormat format = operand.tensorType().format();
    Value kept = quantize.map(codes -> builder.add(new Dequantize(format), builder.add(codes, picked))).orElse(picked);
    return source.toOperand(kept, format, builder);
  }

  private static Constant indices(ImmutableList<Integer> channels) {
    return new Constant(
        channels.stream().map(Integer::doubleValue).collect(ImmutableList.toImmutableList()),
        TensorType.of(Shape.of(channels.size()), Formats.I32));
  }
}
