package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.MatMul;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Turns the right operand of a matrix product so that the axis that is contiguous in memory stays last, which leaves
 * less to transpose, and often nothing.
 *
 * <pre>
 * %1 = transpose %w {axes = [1, 0]}                      =&gt;  %3 = transpose %w {axes = [0, 1]}
 * %2 = matmul %x, %1 {transposeB = false, to = f32}          %4 = matmul %x, %3 {transposeB = true, to = f32}
 * </pre>
 */
public record FoldTransposeIntoMatMul() implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof MatMul product)) {
      return Optional.empty();
    }
    return context.match(operation.operand(1), Transpose.class)
        .filter(transpose -> contiguousIsSecondLast(transpose.op()))
        .map(transpose -> {
          List<Integer> axes = new ArrayList<>(transpose.op().axes());
          Collections.swap(axes, axes.size() - 1, axes.size() - 2);
          Value turned = context.builder()
              .at(transpose.operation().location())
              .add(new Transpose(ImmutableList.copyOf(axes)), transpose.operand(0));
          MatMul other = new MatMul(!product.transposeB(), product.to());
          return ImmutableList.of(
              context.builder().at(operation.location()).add(other, operation.operand(0), turned));
        });
  }

  private static boolean contiguousIsSecondLast(Transpose transpose) {
    int rank = transpose.axes().size();
    return transpose.axes().get(rank - 2) == rank - 1;
  }
}
