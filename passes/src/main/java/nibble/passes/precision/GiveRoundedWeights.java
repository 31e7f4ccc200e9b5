package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.Weight;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Gives quantizers of weights values that are on codes already, and the scales of these.
 *
 * <pre>
 * %1 = quantize %w : tensor&lt;[384,64] x i8, scale&lt;axis 1, f32&gt;&gt;
 * ==&gt;
 * %2 = weight {key = "w.range@round-weights"} : tensor&lt;[1,64] x f32&gt;
 * %3 = scales %2 {elements = i8, rule = nearest}
 * %4 = weight {key = "w@round-weights"} : tensor&lt;[384,64] x f32&gt;
 * %1 = quantize %4, %3
 * </pre>
 *
 * @param rounded by the results of quantizers
 */
record GiveRoundedWeights(ImmutableMap<Value, Rounded> rounded) implements Rewrite {
  /**
   * What stands for a weight.
   *
   * @param values of the codes
   * @param ranges of the boxes
   * @param outer the scales of the scales, where they have some
   * @param scales what makes scales of both
   * @param prune says that the weight is sparse, where it is
   */
  record Rounded(Weight values, Weight ranges, Optional<Weight> outer, Scales scales, Optional<Prune> prune) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Rounded weight = operation.results().isEmpty() ? null : rounded.get(operation.results().getFirst());
    if (weight == null || !(operation.op() instanceof Quantize quantize)) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    List<Value> known = new ArrayList<>(List.of(builder.add(weight.ranges)));
    weight.outer.ifPresent(outer -> known.add(builder.add(outer)));
    Value scales = builder.add(weight.scales, known.toArray(Value[]::new));
    Value values = builder.add(weight.values);
    Value pruned = weight.prune.isPresent() ? builder.add(weight.prune.get(), values) : values;
    return Optional.of(ImmutableList.of(builder.add(quantize, pruned, scales)));
  }
}
