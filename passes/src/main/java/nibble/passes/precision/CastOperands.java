package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Cast;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Casts the operands of some matrix products.
 *
 * <pre>
 * %1 = matmul %x, %y {to = f32}    =&gt;  %2 = cast %x {to = f16}
 *                                      %3 = cast %y {to = f16}
 *                                      %4 = matmul %2, %3 {to = f32}
 * </pre>
 *
 * @param products results of the products
 * @param to format of the operands
 */
record CastOperands(ImmutableSet<Value> products, NumberFormat to) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().stream().noneMatch(products::contains)) {
      return Optional.empty();
    }
    Value left = context.builder().add(new Cast(to), operation.operand(0));
    Value right = context.builder().add(new Cast(to), operation.operand(1));
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), left, right)));
  }
}
