package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Hadamard;
import nibble.ir.op.Mul;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Multiplies by the random signs of a rotation apart, which is exact; kernels read them from memory:
 *
 * <pre>
 * %1 = hadamard %0 {axis = 1, size = 4, seed = 7} : tensor&lt;[B,8] x f32&gt;
 * ==&gt;
 * %2 = constant {values = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0]} : tensor&lt;[8] x f32&gt;
 * %3 = mul %0, %2
 * %1 = hadamard %3 {axis = 1, size = 4}
 * </pre>
 */
public final class SplitHadamardSigns implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Hadamard hadamard) || hadamard.seed().isEmpty()) {
      return Optional.empty();
    }
    TensorType type = operation.operand(0).tensorType();
    Dim extent = type.shape().dim(hadamard.axis());
    if (!extent.isConstant()) {
      return Optional.empty();
    }
    List<Double> signs = new ArrayList<>();
    for (long block = 0; block < extent.constant() / hadamard.size(); block++) {
      signs.addAll(Doubles.asList(hadamard.signs()));
    }
    List<Dim> dims = new ArrayList<>(List.of(extent));
    dims.addAll(Collections.nCopies(type.rank() - 1 - hadamard.axis(), Dim.ONE));
    Value constant = context.builder().add(
        new Constant(ImmutableList.copyOf(signs), TensorType.of(Shape.of(dims), type.format())));
    Value signed = context.builder().add(new Mul(), operation.operand(0), constant);
    return Optional.of(ImmutableList.of(
        context.builder().add(new Hadamard(hadamard.axis(), hadamard.size(), Optional.empty()), signed)));
  }
}
