package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.PackedSequences;
import nibble.ir.op.PackedSequences.Unpacked;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Makes packed sequences of an attention that a kernel takes a mask and a selection of blocks: the kernel visits the
 * blocks that have tokens of one sequence, and no others.
 *
 * <pre>
 * %1 = attention %q, %k, %v, %offsets {lengths = packed}
 * ==&gt;
 * %2 = reduce_sum of the offsets that are not behind each token
 * %3 = compare %2 of queries, %2 of keys {kind = eq}
 * %4 = compare %2 of the first and last tokens of blocks
 * %1 = attention %q, %k, %v, %3, %4 {blocks = [128,64]}
 * </pre>
 */
public final class UnpackSequences implements Rewrite {
  private static final long QUERIES = 128;
  private static final long LEAST_KEYS = 64;

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Attention op) || !op.lengths().equals(Optional.of(Attention.Lengths.PACKED))
        || !AttentionKernel.takes(op, operation.operands())) {
      return Optional.empty();
    }
    long keys = op.scheme().map(scheme -> scheme.lowBit().step()).map(step -> Math.max(step, LEAST_KEYS))
        .orElse(LEAST_KEYS);
    Unpacked unpacked =
        PackedSequences.unpack(context.builder(), op, operation.operands(), QUERIES, keys);
    return Optional.of(ImmutableList.of(
        context.builder().add(unpacked.op(), unpacked.operands().toArray(Value[]::new))));
  }
}
