package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionScheme;
import nibble.ir.op.Cast;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.Sub;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;

/**
 * Takes the quantizers out of an attention by {@code sage1}: keys less their mean, and queries, in INT8 by blocks.
 *
 * <pre>
 * %1 = attention %q, %k, %v {scheme = sage1}
 * ==&gt;
 * %2 = reduce_mean %k {axes = [1], keep = true}
 * %3 = sub %k, %2
 * %4 = quantize %3 : tensor&lt;[H,N,D] x i8, scale&lt;block(64,D), f32&gt;&gt;
 * %5 = quantize %q : tensor&lt;[H,N,D] x i8, scale&lt;block(128,D), f32&gt;&gt;
 * %1 = attention %5, %4, %v
 * </pre>
 */
public final class SplitAttentionScheme implements Rewrite {
  private static final int QUERIES = 128;
  private static final int KEYS = 64;

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Attention op) || !op.scheme().equals(Optional.of(AttentionScheme.SAGE1))
        || !operation.operand(0).tensorType().shape().last().isConstant()) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value keys = operation.operand(1);
    Value mean = builder.add(new ReduceMean(ImmutableList.of(keys.tensorType().rank() - 2), true), keys);
    Value smooth = builder.add(new Sub(), wide(builder, keys), wide(builder, mean));
    List<Value> operands = new ArrayList<>(operation.operands());
    operands.set(0, quantized(builder, wide(builder, operation.operand(0)), QUERIES));
    operands.set(1, quantized(builder, smooth, KEYS));
    if (!operands.get(2).tensorType().format().equals(Formats.F16)) {
      operands.set(2, builder.add(new Cast(Formats.F16), operands.get(2)));
    }
    return Optional.of(ImmutableList.of(builder.add(op.withScheme(Optional.empty()), operands.toArray(Value[]::new))));
  }

  private static Value wide(BlockBuilder builder, Value value) {
    return value.tensorType().format().equals(Formats.F32) ? value : builder.add(new Cast(Formats.F32), value);
  }

  private static Value quantized(BlockBuilder builder, Value value, int rows) {
    Dim columns = value.tensorType().shape().last();
    ScaleLayout layout = new ScaleLayout(new Granularities.PerBlock(rows, columns.constant()), Formats.F32);
    TensorType type = value.tensorType().plain(Formats.I8).withScale(layout);
    return builder.add(new Quantize(FixedRounding.NEAREST_AWAY, type), value);
  }
}
