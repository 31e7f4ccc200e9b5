package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.op.Dequantize;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Dequantizes to the format that is wanted, with one rounding instead of two.
 *
 * <pre>
 * %1 = dequantize %q {to = f32}    =&gt;  %3 = dequantize %q {to = f16}
 * %2 = cast %1 {to = f16}
 * </pre>
 */
public record FoldCastIntoDequantize() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Cast cast) || !cast.to().isFloat()) {
      return Optional.empty();
    }
    return context.match(operation.operand(0), Dequantize.class)
        .filter(inner -> cast.to().storageBits() < inner.op().to().storageBits())
        .map(inner -> ImmutableList.of(context.builder().add(new Dequantize(cast.to()), inner.operand(0))));
  }
}
