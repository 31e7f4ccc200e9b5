package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.op.CompositeOp;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Kernels compute a composite op as its parts:
 *
 * <pre>
 * %1 = softmax %0
 * ==&gt;
 * %2 = reduce_max %0 {axes = [1], keep = true}
 * %3 = sub %0, %2
 * %4 = exp %3
 * %5 = reduce_sum %4 {axes = [1], keep = true}
 * %1 = div %4, %5
 * </pre>
 */
public final class DecomposeComposite implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof CompositeOp composite) || isAttentionKernel(operation)) {
      return Optional.empty();
    }
    return Optional.of(ImmutableList.of(composite.decompose(context.builder(), operation.operands())));
  }

  /** An attention that a kernel computes whole stays, and so do logarithms that it computes besides. */
  private static boolean isAttentionKernel(Operation operation) {
    return operation.op() instanceof AttentionLse
        || operation.op() instanceof Attention attention && AttentionKernel.takes(attention, operation.operands());
  }
}
