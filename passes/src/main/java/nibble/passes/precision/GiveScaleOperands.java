package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Gives quantizers the scales of known ranges.
 *
 * <pre>
 * %1 = quantize %x : tensor&lt;[B,384] x i8, scale&lt;tensor, f32&gt;&gt;
 * ==&gt;
 * %2 = constant {values = [3.5]} : tensor&lt;[1,1] x f32&gt;
 * %3 = scales %2 {elements = i8, rule = nearest}
 * %1 = quantize %x, %3
 * </pre>
 *
 * @param ranges of each quantizer, by its result
 */
record GiveScaleOperands(ImmutableMap<Value, Constant> ranges) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Constant range = operation.results().isEmpty() ? null : ranges.get(operation.results().getFirst());
    if (range == null || !(operation.op() instanceof Quantize quantize)) {
      return Optional.empty();
    }
    TensorType type = quantize.result();
    Value magnitudes = context.builder().add(range);
    Value scales = context.builder().add(
        new Scales(type.format(), type.scale().orElseThrow().rule(), type.scaleType()), magnitudes);
    return Optional.of(ImmutableList.of(context.builder().add(quantize, operation.operand(0), scales)));
  }
}
