package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Mul;
import nibble.ir.op.Pow;
import nibble.ir.op.Reciprocal;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Computes small integer powers by multiplication, so that the base may be negative: kernels compute any other power
 * from the logarithm of the base.
 *
 * <pre>
 * %1 = constant {values = [3.0]}
 * %2 = pow %0, %1
 * ==&gt;
 * %3 = mul %0, %0
 * %2 = mul %3, %0
 * </pre>
 */
public final class ExpandPower implements Rewrite {
  private static final int LARGEST = 16;

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Pow)) {
      return Optional.empty();
    }
    Value base = operation.operand(0);
    boolean keepsShape = operation.result().tensorType().equals(base.tensorType());
    return context.match(operation.operand(1), Constant.class)
        .filter(constant -> constant.op().values().stream().distinct().count() == 1)
        .map(constant -> constant.op().values().getFirst())
        .filter(exponent -> keepsShape && isSmallInteger(exponent))
        .map(exponent -> ImmutableList.of(power(base, exponent.intValue(), context.builder())));
  }

  private static boolean isSmallInteger(double exponent) {
    return exponent == Math.rint(exponent) && Math.abs(exponent) >= 1 && Math.abs(exponent) <= LARGEST;
  }

  private static Value power(Value base, int exponent, BlockBuilder builder) {
    if (exponent < 0) {
      return builder.add(new Reciprocal(), power(base, -exponent, builder));
    }
    if (exponent == 1) {
      return base;
    }
    Value half = power(base, exponent / 2, builder);
    Value square = builder.add(new Mul(), half, half);
    return exponent % 2 == 0 ? square : builder.add(new Mul(), square, base);
  }
}
