package nibble.ir.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention.Causal;
import nibble.ir.op.Attention.Lengths;
import nibble.ir.shape.Shape;

/**
 * The natural logarithm of the sum of the exponentials of the scores of each query of an {@link Attention}: what its
 * weights are divided by, in a form that holds any scores. Operands are those of the attention but the values; the
 * result is {@code f32 [.., Hq, Nq]}, negative infinity for a query that sees no key. Beside an attention of the same
 * operands it costs next to nothing, for one kernel computes both.
 *
 * @param scale as of the attention, and so the others
 */
@OpInfo(
    name = "attention_lse",
    summary = "logarithm of the sum of exponentials of an attention's scores, for each query",
    rounding = "scores, exponentials, sums and logarithm in f32")
public record AttentionLse(
    double scale, Causal causal, Optional<Long> window, Optional<Double> fill, Optional<Shape> blocks,
    Optional<Lengths> lengths) implements CompositeOp {
  public AttentionLse {
    // Refuses what an attention refuses.
    attention(scale, causal, window, fill, blocks, lengths, Formats.F32);
  }

  private static Attention attention(
      double scale, Causal causal, Optional<Long> window, Optional<Double> fill, Optional<Shape> blocks,
      Optional<Lengths> lengths, NumberFormat to) {
    return new Attention(scale, causal, window, fill, Optional.empty(), blocks, lengths, to);
  }

  /** That of an attention. */
  public static AttentionLse of(Attention op) {
    return new AttentionLse(op.scale(), op.causal(), op.window(), op.fill(), op.blocks(), op.lengths());
  }

  /** Whether an attention has these scores, if operands are the same. */
  public boolean belongsTo(Attention op) {
    return op.scheme().isEmpty() && of(op).equals(this);
  }

  /** The operands without values, of those of an attention. */
  public static <T> List<T> operands(List<T> ofAttention) {
    List<T> operands = new ArrayList<>(ofAttention);
    operands.remove(2);
    return operands;
  }

  private Attention attention() {
    return attention(scale, causal, window, fill, blocks, lengths, Formats.F32);
  }

  /** Operands of an attention, whose values are something that is not looked at. */
  private static <T> List<T> withValues(List<T> operands, T values) {
    List<T> all = new ArrayList<>(operands);
    all.add(2, values);
    return all;
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.size() < 2) {
      throw new TypeRuleException("attention_lse takes queries, keys and perhaps a mask, not " + operands.size()
          + (operands.size() == 1 ? " operand" : " operands"));
    }
    TensorType keys = operands.get(1);
    TensorType values = keys.isScaled() ? TensorType.of(keys.shape(), Formats.F32) : keys;
    Shape result = attention().infer(withValues(operands, values)).shape();
    return TensorType.of(result.slice(0, result.rank() - 1), Formats.F32);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    AttentionRows rows = new AttentionRows(attention(), withValues(operands, operands.get(1)));
    double[] output = new double[Math.toIntExact(result.shape().size().constant())];
    Parallel.rows(output.length, row -> output[row] = logarithm(rows.scores(row)));
    return Tensor.of(result, output);
  }

  private static double logarithm(double[] scores) {
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    return max == Double.NEGATIVE_INFINITY
        ? max : max + Math.log(Arrays.stream(scores).map(score -> Math.exp(score - max)).sum());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return new AttentionBounds(attention(), withValues(operands, operands.get(1)), model).logarithmError(result);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    return new AttentionParts(attention(), builder, withValues(operands, operands.get(1))).logarithm();
  }
}
