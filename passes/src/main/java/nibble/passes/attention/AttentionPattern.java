package nibble.passes.attention;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import nibble.ir.BlockBuilder;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.Attention;
import nibble.ir.op.AttentionScheme;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.op.Mul;
import nibble.ir.op.Not;
import nibble.ir.op.Select;
import nibble.ir.op.Transpose;
import nibble.passes.attention.sparse.Arithmetic;
import nibble.passes.attention.sparse.AttentionCall;
import nibble.passes.attention.sparse.SparseAttention;

/**
 * An attention as a model spells it.
 *
 * @param queries queries
 * @param keys keys, of which the last two axes may be swapped
 * @param values values, of which the last two axes may be swapped
 * @param scale factor of the products
 * @param causal what positions hide
 * @param window how far a query sees
 * @param truths conditions under which a key is seen, besides
 * @param biases what is added to scores
 * @param fill the score of what is hidden; nothing for negative infinity
 * @param to format of the result
 */
record AttentionPattern(
    Value queries, Turned keys, Turned values, double scale, Attention.Causal causal, Optional<Long> window,
    ImmutableList<Truth> truths, ImmutableList<Bias> biases, Optional<Double> fill, NumberFormat to) {
  /** A matrix, or one whose last two axes have to be swapped. */
  record Turned(Value value, boolean isSwapped) {
    Value straight(BlockBuilder builder) {
      if (!isSwapped) {
        return value;
      }
      int rank = value.tensorType().rank();
      List<Integer> axes = new ArrayList<>();
      for (int axis = 0; axis < rank - 2; axis++) {
        axes.add(axis);
      }
      axes.add(rank - 1);
      axes.add(rank - 2);
      return builder.add(new Transpose(ImmutableList.copyOf(axes)), value);
    }
  }

  /** A truth value, or the opposite of one. */
  record Truth(Value value, boolean isNegated) {}

  /** A number that is added, times a factor. */
  record Bias(Value value, double factor) {}

  /** The same of other values. */
  AttentionPattern map(UnaryOperator<Value> other) {
    return new AttentionPattern(
        other.apply(queries), new Turned(other.apply(keys.value), keys.isSwapped),
        new Turned(other.apply(values.value), values.isSwapped), scale, causal, window,
        truths.stream().map(truth -> new Truth(other.apply(truth.value), truth.isNegated))
            .collect(ImmutableList.toImmutableList()),
        biases.stream().map(bias -> new Bias(other.apply(bias.value), bias.factor))
            .collect(ImmutableList.toImmutableList()),
        fill, to);
  }

  /**
   * Appends the attention.
   *
   * @param scheme a published way to compute it in few bits, if one is given
   * @param sparse what stands for it, if something does that has nothing against it
   */
  Value build(BlockBuilder builder, Optional<AttentionScheme> scheme, Optional<SparseAttention> sparse) {
    AttentionCall call = call(builder, scheme);
    return sparse.filter(way -> way.obstacle(call).isEmpty())
        .map(way -> way.build(call, new Arithmetic(builder)))
        .orElseGet(() -> builder.add(call.op(), call.operands().toArray(Value[]::new)));
  }

  /** Why that does not stand for it, if it does not. */
  Optional<String> obstacle(SparseAttention sparse) {
    return sparse.obstacle(call(new BlockBuilder(), Optional.empty()));
  }

  /** How much of it that computes, where it says so. */
  Optional<String> computes(SparseAttention sparse) {
    return sparse.computes(call(new BlockBuilder(), Optional.empty()));
  }

  private AttentionCall call(BlockBuilder builder, Optional<AttentionScheme> scheme) {
    Attention op = new Attention(scale, causal, window, fill, scheme, Optional.empty(), to);
    Value k = keys.straight(builder);
    Value v = values.straight(builder);
    Optional<Value> truth = truths.stream()
        .map(condition -> condition.isNegated ? builder.add(new Not(), condition.value) : condition.value)
        .reduce((a, b) -> builder.add(new And(), a, b));
    Optional<Value> bias = biases.stream()
        .map(term -> scaled(builder, term))
        .reduce((a, b) -> builder.add(new Add(), a, b));
    if (truth.isPresent() && bias.isPresent() && fill.isEmpty()) {
      Value both = builder.add(
          new Select(), truth.get(), bias.get(), number(builder, Double.NEGATIVE_INFINITY, bias.get()));
      return new AttentionCall(op, queries, k, v, Optional.of(both), Optional.empty());
    }
    return new AttentionCall(op, queries, k, v, truth.or(() -> bias), truth.flatMap(known -> bias));
  }

  private Value scaled(BlockBuilder builder, Bias term) {
    if (term.factor == 1 && biases.size() == 1) {
      return term.value;
    }
    boolean isWide = term.value.tensorType().format().equals(Formats.F32);
    Value wide = isWide ? term.value : builder.add(new Cast(Formats.F32), term.value);
    return term.factor == 1 ? wide : builder.add(new Mul(), wide, number(builder, term.factor, wide));
  }

  private static Value number(BlockBuilder builder, double number, Value like) {
    return builder.add(Constant.splat(number, TensorType.scalar(like.tensorType().format())));
  }
}
