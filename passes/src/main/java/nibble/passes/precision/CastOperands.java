package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Attention;
import nibble.ir.op.Cast;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Casts the operands of some matrix products and attentions.
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
  /** How many of the first operands are multiplied: masks and tables of members stay as they are. */
  static int factors(Operation product) {
    return product.op() instanceof Attention ? 3 : 2;
  }

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().stream().noneMatch(products::contains)) {
      return Optional.empty();
    }
    List<Value> operands = new ArrayList<>(operation.operands());
    for (int i = 0; i < factors(operation); i++) {
      operands.set(i, context.builder().add(new Cast(to), operands.get(i)));
    }
    return Optional.of(ImmutableList.of(context.builder().add(operation.op(), operands.toArray(Value[]::new))));
  }
}
