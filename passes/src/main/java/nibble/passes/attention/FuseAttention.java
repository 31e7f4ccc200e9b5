package nibble.passes.attention;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.AttentionScheme;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.passes.attention.sparse.SparseAttention;

/**
 * Replaces the product with values by an attention.
 *
 * <pre>
 * %1 = matmul %q, %k {transposeB = true, to = f32}     =&gt;  %5 = attention %q, %k, %v, %mask {scale = 0.125, causal = none}
 * %2 = mul %1, 0.125
 * %3 = add %2, %mask
 * %4 = softmax %3
 * %5 = matmul %4, %v {transposeB = false, to = f32}
 * </pre>
 *
 * @param patterns attentions by the results of the products
 * @param scheme how they are computed in few bits, if they are
 * @param sparse what is computed instead of all of them, if something is
 */
record FuseAttention(
    ImmutableMap<Value, AttentionPattern> patterns, Optional<AttentionScheme> scheme, Optional<SparseAttention> sparse)
    implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    return operation.results().stream().findFirst().map(patterns::get)
        .map(pattern -> ImmutableList.of(pattern.map(context::current).build(context.builder(), scheme, sparse)));
  }
}
