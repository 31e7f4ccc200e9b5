package nibble.codegen.kernel.attention;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.tile.Scalar;
import nibble.codegen.tile.op.BlockScaledMma;
import nibble.codegen.tile.op.Mma;
import nibble.codegen.tile.op.Rescale;
import nibble.codegen.tile.op.StepMma;
import nibble.ir.Value;

/** The second product of an attention: weights of a step times its values, added to sums so far. */
record WeightedSums(AttentionTile tile) {
  /** The sums after a step: those before, rescaled, and its products. */
  Value add(
      TileBuilder builder, OnlineSoftmax.Weights weights, OperandLoader values, Optional<AttentionScales> scales,
      Value stage) {
    int steps = tile.keys() / tile.format().step();
    if (scales.isPresent()) {
      return scaled(builder, weights, values, scales.get(), stage, steps);
    }
    return tile.stepSums().isPresent() ? apart(builder, weights, values, stage, steps)
        : together(builder, weights, values, stage, steps);
  }

  private Value together(
      TileBuilder builder, OnlineSoftmax.Weights weights, OperandLoader values, Value stage, int steps) {
    Value sums = builder.add(new Rescale(), weights.sums(), weights.rescale());
    for (int step = 0; step < steps; step++) {
      sums = builder.add(new Mma(), sums, weights.operand(builder, step, tile), values.fragment(builder, stage, step));
    }
    return sums;
  }

  /** Instructions apply the scales of weights and values. */
  private Value scaled(
      TileBuilder builder, OnlineSoftmax.Weights weights, OperandLoader values, AttentionScales scales, Value stage,
      int steps) {
    Value sums = builder.apply(Scalar.MUL, weights.sums(), weights.rescale());
    Value ofValues = scales.ofValues(builder, stage);
    for (int step = 0; step < steps; step++) {
      int group = tile.format().scaleGroup();
      sums = builder.add(
          new BlockScaledMma(group, step * tile.format().step() / group), sums, weights.operand(builder, step, tile),
          values.fragment(builder, stage, step), weights.scales().orElseThrow(), ofValues);
    }
    return sums;
  }

  /**
   * Tensor cores keep so few bits of sums, or have so small a range, that those of a step are added to others in f32.
   */
  private Value apart(
      TileBuilder builder, OnlineSoftmax.Weights weights, OperandLoader values, Value stage, int steps) {
    List<Value> operands = new ArrayList<>(List.of(weights.sums(), weights.rescale()));
    if (tile.each() > AttentionTile.LEAST) {
      // Between weights and products a branch, which also keeps their registers apart.
      Value sums = builder.add(new Rescale(), weights.sums(), weights.rescale());
      operands = new ArrayList<>(List.of(sums, builder.fill(1, TileBuilder.type(sums))));
    }
    for (int step = 0; step < steps; step++) {
      operands.add(weights.operand(builder, step, tile));
      operands.add(values.fragment(builder, stage, step));
    }
    return builder.add(new StepMma(tile.stepSums().orElseThrow()), operands.toArray(Value[]::new));
  }
}
