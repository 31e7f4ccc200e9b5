package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.op.Abs;
import nibble.ir.op.Amax;
import nibble.ir.op.ReduceMax;
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
 * <p>What is an amax already has no sign.
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
    Value magnitude = context.match(x, Amax.class).isPresent() ? x : context.builder().add(new Abs(), x);
    Value rows = context.builder().add(new ReduceMax(ImmutableList.of(rank - 1), true), magnitude);
    ImmutableList<Integer> others =
        IntStream.range(0, rank - 1).boxed().collect(ImmutableList.toImmutableList());
    return Optional.of(ImmutableList.of(context.builder().add(new ReduceMax(others, true), rows)));
  }
}
