package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalDouble;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Constant;
import nibble.ir.op.Div;
import nibble.ir.op.Mul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Multiplies by the reciprocal instead of dividing, where that is a power of two that the format holds: both are the
 * same real number, rounded once.
 *
 * <pre>
 * %1 = constant {values = [8.0]}    =&gt;  %3 = constant {values = [0.125]}
 * %2 = div %x, %1                       %4 = mul %x, %3
 * </pre>
 */
public record TurnDivisionIntoProduct() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Div)) {
      return Optional.empty();
    }
    OptionalDouble divisor = Splat.of(operation.operand(1), context);
    TensorType type = operation.operand(1).tensorType();
    if (divisor.isEmpty() || !type.format().isFloat() || !isPowerOfTwo(divisor.getAsDouble(), type.format())) {
      return Optional.empty();
    }
    double reciprocal = 1 / divisor.getAsDouble();
    if (reciprocal == 1 || type.format().round(reciprocal) != reciprocal) {
      return Optional.empty();
    }
    Value factor = context.builder().add(Constant.splat(reciprocal, type));
    return Optional.of(ImmutableList.of(context.builder().add(new Mul(), operation.operand(0), factor)));
  }

  /** A normal power of two of either sign, so that its reciprocal is one too. */
  private static boolean isPowerOfTwo(double number, NumberFormat format) {
    double magnitude = Math.abs(number);
    boolean normal = magnitude >= Double.MIN_NORMAL && Double.isFinite(magnitude);
    return normal && Math.scalb(1.0, Math.getExponent(magnitude)) == magnitude && format.round(number) == number;
  }
}
