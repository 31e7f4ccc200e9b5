package sample.logformat;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Weight;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.passes.PassContext;
import nibble.passes.precision.QuantizationCost;

/**
 * Multiplies with powers of two instead of a weight, and records it.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = quantize %w : tensor&lt;[64,32] x log5, scale&lt;axis 1, f32&gt;&gt;
 *                           %3 = dequantize %2
 *                           %4 = matmul %x, %3
 * </pre>
 *
 * @param at paths of the products; none for all
 * @param context takes the decisions
 */
record QuantizeLogWeight(ImmutableList<PathPattern> at, PassContext context) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext rewrite) {
    if (!(operation.op() instanceof MatMul product) || !PathPattern.anyMatches(at, operation.location().path())) {
      return Optional.empty();
    }
    return rewrite.match(operation.operand(1), Weight.class).map(match -> {
      TensorType type = match.op().result();
      TensorType scaled = scaled(type, product.transposeB() ? type.rank() - 2 : type.rank() - 1);
      Optional<Double> sqnr = context.environment().weights()
          .map(weights -> QuantizationCost.sqnrDb(weights.weight(match.op().key(), type), scaled));
      context.applied("weight '" + match.op().key() + "' to log5", operation.location(), "a product with it is a shift",
          QuantizationCost.of(type, scaled, sqnr));
      Value codes = rewrite.builder().add(new Quantize(Rounding.NEAREST_EVEN, scaled), operation.operand(1));
      Value values = rewrite.builder().add(new Dequantize(type.format()), codes);
      return ImmutableList.of(rewrite.builder().add(product, operation.operand(0), values));
    });
  }

  private static TensorType scaled(TensorType type, int channel) {
    ScaleLayout scale = new ScaleLayout(new PerAxis(channel), Formats.F32);
    return type.plain(LogFormatPlugin.LOG5).withScale(scale);
  }
}
