package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Amax;
import nibble.ir.op.Scales;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Finds outer scales before the inner ones, which are those of magnitudes over the outer scale:
 *
 * <pre>
 * %1 = scales %0 {elements = e2m1, rule = nearest} : tensor&lt;[B,24] x ue4m3, scale&lt;tensor, f32&gt;&gt;
 * ==&gt;
 * %2 = amax %0 {granularity = tensor}
 * %3 = scales %2 {elements = e2m1, rule = nearest, inner = ue4m3} : tensor&lt;[1,1] x f32&gt;
 * %1 = scales %0, %3 {elements = e2m1, rule = nearest}
 * </pre>
 */
public final class SplitScalesOfScales implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Scales scales) || !scales.result().isScaled() || operation.operands().size() != 1) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value ranges = operation.operand(0);
    TensorType type = scales.result();
    ScaleLayout outer = type.scale().orElseThrow();
    Value amax = builder.add(new Amax(outer.granularity()), ranges);
    Value given = builder.add(
        new Scales(
            scales.elements(), outer.rule(), Optional.of(type.format()), Optional.empty(), type.scaleType()), amax);
    return Optional.of(ImmutableList.of(builder.add(scales, ranges, given)));
  }
}
