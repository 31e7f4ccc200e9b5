package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.layout.CodeRange;
import nibble.ir.op.Amax;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionCodes;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.Maximum;
import nibble.ir.op.Mul;
import nibble.ir.op.Quantize;
import nibble.ir.op.ReduceMean;
import nibble.ir.op.Sub;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;

/**
 * Takes the quantizers out of a low-bit attention: keys less their mean, queries, and values where they are codes.
 * These come column after column, so that keys are neighbours.
 *
 * <pre>
 * %1 = attention %q, %k, %v {scheme = sage2}
 * ==&gt;
 * %2 = reduce_mean %k {axes = [1], keep = true}
 * %3 = sub %k, %2
 * %4 = quantize %3 : tensor&lt;[H,N,D] x i8, scale&lt;interleaved(64,8,2), f32&gt;&gt;
 * %5 = quantize %q : tensor&lt;[H,N,D] x i8, scale&lt;interleaved(32,8,1), f32&gt;&gt;
 * %6 = transpose %v {axes = [0, 2, 1]}            // and zeros up to a multiple of 64 keys
 * %7 = quantize %6 : tensor&lt;[H,E,N] x e4m3, scale&lt;token, f32&gt;&gt;
 * %1 = attention %5, %4, %7 {scheme = sage2}
 * </pre>
 *
 * <p>Queries are less the mean of their block where the scheme smooths them, and a mask makes up for it
 * ({@link QueryMeans}). Without codes of values nothing is left to the scheme.
 */
public final class SplitAttentionScheme implements Rewrite {
  /** A magnitude whose scale an f32 holds. */
  private static final double LEAST = 0x1p-100;

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Attention op) || op.scheme().isEmpty()
        || operation.operand(0).tensorType().isScaled()
        || !operation.operand(0).tensorType().shape().last().isConstant()) {
      return Optional.empty();
    }
    LowBit scheme = op.scheme().get().lowBit();
    AttentionCodes codes = new AttentionCodes(scheme);
    BlockBuilder builder = context.builder();
    Value keys = operation.operand(1);
    Value mean = builder.add(new ReduceMean(ImmutableList.of(keys.tensorType().rank() - 2), true), keys);
    Value smooth = builder.add(new Sub(), wide(builder, keys), wide(builder, mean));
    List<Value> operands = new ArrayList<>(operation.operands());
    Value queries = wide(builder, operation.operand(0));
    if (scheme.smoothsQueries()) {
      QueryMeans smoothing = new QueryMeans(builder, operation.operand(0));
      Value means = smoothing.means();
      queries = smoothing.smooth(means);
      smoothing.addTo(op, operands, smoothing.scores(op, means, smooth));
    }
    operands.set(0, quantized(builder, queries, codes.queries(queries.tensorType())));
    operands.set(1, quantized(builder, smooth, codes.keys(smooth.tensorType())));
    operands.set(2, values(builder, scheme, operands.get(2)));
    Attention rest = codes.scalesValues() ? op : op.withScheme(Optional.empty());
    return Optional.of(ImmutableList.of(builder.add(rest, operands.toArray(Value[]::new))));
  }

  private static Value wide(BlockBuilder builder, Value value) {
    return value.tensorType().format().equals(Formats.F32) ? value : builder.add(new Cast(Formats.F32), value);
  }

  private static Value quantized(BlockBuilder builder, Value value, TensorType type) {
    return builder.add(new Quantize(FixedRounding.NEAREST_AWAY, type), value);
  }

  private static Value values(BlockBuilder builder, LowBit scheme, Value values) {
    AttentionCodes codes = new AttentionCodes(scheme);
    if (!codes.scalesValues()) {
      return values.tensorType().format().equals(Formats.F16)
          ? values : builder.add(new Cast(Formats.F16), values);
    }
    Value padded = padded(builder, codes, values);
    int rank = values.tensorType().rank();
    ImmutableList<Integer> axes = IntStream.range(0, rank)
        .mapToObj(axis -> axis < rank - 2 ? axis : 2 * rank - 3 - axis).collect(ImmutableList.toImmutableList());
    Value columns = builder.add(new Transpose(axes), wide(builder, padded));
    TensorType type = codes.values(values.tensorType().plain(Formats.F32));
    Quantize quantize =
        new Quantize(type.format().isInteger() ? FixedRounding.NEAREST_AWAY : FixedRounding.NEAREST_EVEN, type);
    return CodeRange.of(type.format()).most() == scheme.range()
        ? builder.add(quantize, columns)
        : builder.add(quantize, columns, scales(builder, columns, type, scheme.range()));
  }

  /** Values, and zeros up to whole steps of keys. */
  private static Value padded(BlockBuilder builder, AttentionCodes codes, Value values) {
    TensorType type = values.tensorType();
    int keys = type.rank() - 2;
    Dim more = codes.padded(type.shape().dim(keys)).minus(type.shape().dim(keys));
    if (more.is(0)) {
      return values;
    }
    Value zero = builder.add(Constant.splat(0, TensorType.scalar(type.format())));
    return builder.add(
        new Concat(keys), values, builder.add(new BroadcastTo(type.shape().with(keys, more)), zero));
  }

  /** Scales that spread magnitudes over codes up to that one. */
  private static Value scales(BlockBuilder builder, Value x, TensorType type, double range) {
    Value amax = builder.add(new Amax(type.scale().orElseThrow().granularity()), x);
    Value positive = builder.add(new Maximum(), amax, number(builder, LEAST));
    return builder.add(new Mul(), positive, number(builder, 1 / range));
  }

  private static Value number(BlockBuilder builder, double value) {
    return builder.add(Constant.splat(value, TensorType.scalar(Formats.F32)));
  }
}
