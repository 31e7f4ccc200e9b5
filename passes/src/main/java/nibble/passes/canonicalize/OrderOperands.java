package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Add;
import nibble.ir.op.And;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Compare;
import nibble.ir.op.Constant;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Or;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Puts a constant on the right of an op that commutes, so that other rewrites look for it there only.
 *
 * <pre>
 * %1 = add %constant, %x    =&gt;  %2 = add %x, %constant
 * %1 = lt %constant, %x     =&gt;  %2 = gt %x, %constant
 * </pre>
 */
public record OrderOperands() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof BinaryOp op)) {
      return Optional.empty();
    }
    boolean constantLeft = context.match(operation.operand(0), Constant.class).isPresent()
        && context.match(operation.operand(1), Constant.class).isEmpty();
    return constantLeft
        ? swapped(op).map(other ->
            ImmutableList.of(context.builder().add(other, operation.operand(1), operation.operand(0))))
        : Optional.empty();
  }

  /** The op that gives the same with its operands swapped. */
  private static Optional<BinaryOp> swapped(BinaryOp op) {
    return switch (op) {
      case Add add -> Optional.of(add);
      case Mul mul -> Optional.of(mul);
      case Minimum minimum -> Optional.of(minimum);
      case Maximum maximum -> Optional.of(maximum);
      case And and -> Optional.of(and);
      case Or or -> Optional.of(or);
      case Compare compare -> Optional.of(new Compare(swapped(compare.kind())));
      default -> Optional.empty();
    };
  }

  private static Compare.Kind swapped(Compare.Kind kind) {
    return switch (kind) {
      case EQ, NE -> kind;
      case LT -> Compare.Kind.GT;
      case LE -> Compare.Kind.GE;
      case GT -> Compare.Kind.LT;
      case GE -> Compare.Kind.LE;
    };
  }
}
