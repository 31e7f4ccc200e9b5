package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.op.Abs;
import nibble.ir.op.Amax;
import nibble.ir.op.Neg;
import nibble.ir.op.ReduceMax;
import nibble.ir.op.Relu;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Reduces a whole tensor in two steps, so that the first runs on all of the GPU:
 *
 * <pre>
 * %1 = amax %0 {granularity = tensor}
 * ==&gt;
 * %2 = abs %0
 * %3 = reduce_max %2 {axes = [2], keep = true}
 * %1 = reduce_max %3 {axes = [0, 1], keep = true}
 * </pre>
 *
 * <p>What is an amax already has no sign. On one side of 0, {@code relu} of the numbers or of their opposites stands
 * for {@code abs}.
 */
public final class SplitWholeAmax implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    boolean whole = operation.op() instanceof Amax amax && amax.granularity() instanceof PerTensor;
    int rank = whole ? operation.operand(0).tensorType().rank() : 0;
    if (rank < 2) {
      return Optional.empty();
    }
    Value x = operation.operand(0);
    Value magnitude = magnitude((Amax) operation.op(), x, context);
    Value rows = context.builder().add(new ReduceMax(ImmutableList.of(rank - 1), true), magnitude);
    ImmutableList<Integer> others =
        IntStream.range(0, rank - 1).boxed().collect(ImmutableList.toImmutableList());
    return Optional.of(ImmutableList.of(context.builder().add(new ReduceMax(others, true), rows)));
  }

  private static Value magnitude(Amax amax, Value x, RewriteContext context) {
    BlockBuilder builder = context.builder();
    if (amax.side().isPresent()) {
      return builder.add(new Relu(), amax.side().get() == Amax.Side.ABOVE ? x : builder.add(new Neg(), x));
    }
    return context.match(x, Amax.class).isPresent() ? x : builder.add(new Abs(), x);
  }
}
