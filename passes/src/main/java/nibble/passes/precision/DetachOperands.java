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
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Constant;
import nibble.ir.op.Gather;
import nibble.ir.op.Iota;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.ReduceMin;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Multiplies some weights apart: {@code W = (W - S) + S}, of which S has a few elements in each output channel. The
 * elements of the activation that they are multiplied with are gathered, so that the time of it grows with their
 * number.
 *
 * <pre>
 * %1 = matmul %x, %w
 * ==&gt;
 * %r = constant : tensor&lt;[2,N] x i32&gt;                                  // rows of each column
 * %s = cast (gather (reshape %w), %r * N + iota N) {to = f16}           // S, packed
 * %d = mul %w, (reduce_min (cast (compare iota K, %r {kind = ne})))     // W - S
 * %2 = reduce_sum (mul (gather %x, %r {axis = 1}), %s) {axes = [1]}
 * %3 = matmul %x, %d
 * %1 = add %3, %2
 * </pre>
 *
 * @param detached what is kept apart of each product, by its result
 * @param to format of the weights that are kept apart
 */
record DetachOperands(ImmutableMap<Value, DetachedWeights> detached, NumberFormat to) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    DetachedWeights apart = operation.results().isEmpty() ? null : detached.get(operation.results().getFirst());
    if (apart == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    BlockBuilder builder = context.builder();
    Value stored = product.right().stored();
    Value rows = builder.add(new Constant(apart.values(), integers(apart.count(), apart.channels())));
    Value sum = sum(operation.operand(0), rows, packed(stored, product.rightInner(), rows, builder), builder);
    Value rest = builder.add(new Mul(), stored, isKept(stored.tensorType(), product.rightInner(), rows, builder));
    Value right = product.right().toOperand(rest, operation.operand(1).tensorType().format(), builder);
    MatMul op = (MatMul) operation.op();
    Value dense = builder.add(op, operation.operand(0), right);
    return Optional.of(ImmutableList.of(builder.add(new Add(), dense, cast(sum, op.to(), builder))));
  }

  private static TensorType integers(long... extents) {
    return TensorType.of(Shape.of(extents), Formats.I32);
  }

  private static Value cast(Value value, NumberFormat to, BlockBuilder builder) {
    return value.tensorType().format().equals(to) ? value : builder.add(new Cast(to), value);
  }

  private static Value iota(long extent, BlockBuilder builder) {
    return builder.add(new Iota(Dim.of(extent)));
  }

  /** The weights that are kept apart, {@code [count, channels]}, rounded to their format and back to f32. */
  private Value packed(Value weight, int inner, Value rows, BlockBuilder builder) {
    Shape shape = weight.tensorType().shape();
    long columns = shape.dim(1).constant();
    long channels = shape.dim(1 - inner).constant();
    Value stride = builder.add(Constant.splat(columns, integers()));
    Value channel = iota(channels, builder);
    Value index = inner == 0
        ? builder.add(new Add(), builder.add(new Mul(), rows, stride), channel)
        : builder.add(new Add(), builder.add(new Mul(), channel, stride), rows);
    Value flat = builder.add(new Reshape(Shape.of(shape.size())), weight);
    Value packed = builder.add(new Gather(0), flat, index);
    return cast(cast(packed, to, builder), Formats.F32, builder);
  }

  /** 0 where a weight is kept apart, 1 elsewhere, of the shape of the weight. */
  private static Value isKept(TensorType weight, int inner, Value rows, BlockBuilder builder) {
    long depth = weight.shape().dim(inner).constant();
    long count = rows.tensorType().shape().dim(0).constant();
    long channels = rows.tensorType().shape().dim(1).constant();
    Value counted = builder.add(
        new Reshape(inner == 0 ? Shape.of(depth, 1, 1) : Shape.of(1, 1, depth)), iota(depth, builder));
    Value apart = inner == 0
        ? builder.add(new Reshape(Shape.of(1, count, channels)), rows)
        : builder.add(
            new Reshape(Shape.of(channels, count, 1)), builder.add(new Transpose(ImmutableList.of(1, 0)), rows));
    Value differs = builder.add(new Compare(Compare.Kind.NE), counted, apart);
    return builder.add(new ReduceMin(ImmutableList.of(1), false), cast(differs, weight.format(), builder));
  }

  /** The products with the weights that are kept apart, summed in f32. */
  private static Value sum(Value left, Value rows, Value packed, BlockBuilder builder) {
    int inner = left.tensorType().rank() - 1;
    Value gathered = cast(builder.add(new Gather(inner), left, rows), Formats.F32, builder);
    return builder.add(
        new ReduceSum(ImmutableList.of(inner), false), builder.add(new Mul(), gathered, packed));
  }
}
