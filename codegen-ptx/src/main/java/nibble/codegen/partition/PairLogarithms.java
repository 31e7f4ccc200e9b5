package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionLse;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Logarithms of an attention whose kernel computes them besides stay what they are; others are computed as their parts.
 *
 * <pre>
 * %1 = attention %q, %k, %v
 * %2 = attention_lse %q, %k       stays
 * %3 = attention_lse %q, %other   becomes matmul, mul, reduce_max, sub, exp, reduce_sum, log, add
 * </pre>
 *
 * @param paired the results of those that stay
 */
record PairLogarithms(Set<Value> paired) implements Rewrite {
  /** For a function: an attention with the same scores comes before those that stay. */
  static PairLogarithms of(Function function) {
    List<Operation> attentions = new ArrayList<>();
    Set<Value> paired = new HashSet<>();
    for (Operation operation : function.body().operations()) {
      if (operation.op() instanceof Attention) {
        attentions.add(operation);
      } else if (attentions.stream().anyMatch(attention -> isPair(attention, operation))) {
        paired.add(operation.result());
      }
    }
    return new PairLogarithms(paired);
  }

  /** Whether a kernel of an attention computes these logarithms as well. */
  static boolean isPair(Operation attention, Operation operation) {
    return operation.op() instanceof AttentionLse lse && attention.op() instanceof Attention op && lse.belongsTo(op)
        && hasLists(attention) && !op.lengths().equals(Optional.of(Attention.Lengths.PACKED))
        && AttentionKernel.takes(op, attention.operands())
        && AttentionLse.operands(attention.operands()).equals(operation.operands());
  }

  /** Bitmaps of blocks become lists, which logarithms do not have. */
  private static boolean hasLists(Operation attention) {
    return !attention.operands().getLast().tensorType().format().equals(Formats.BOOL)
        || ((Attention) attention.op()).blocks().isEmpty();
  }

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    return operation.op() instanceof AttentionLse lse && !paired.contains(operation.result())
        ? Optional.of(ImmutableList.of(lse.decompose(context.builder(), operation.operands()))) : Optional.empty();
  }
}
