package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.op.MatMul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Transpose;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Stores a quantized right operand with K contiguous, as 8-bit tensor-core fragments need it ({@code ldmatrix}
 * transposes 16-bit units only, PTX ISA 9.7.14.5.15):
 *
 * <pre>
 * %1 = quantize %w : tensor&lt;[K,N] x i8, scale&lt;axis 1, f32&gt;&gt;
 * %2 = matmul %x, %1 {transposeB = false}
 * ==&gt;
 * %3 = transpose %w {axes = [1, 0]}
 * %1 = quantize %3 : tensor&lt;[N,K] x i8, scale&lt;axis 0, f32&gt;&gt;
 * %2 = matmul %x, %1 {transposeB = true}
 * </pre>
 */
public final class TransposeQuantizedWeight implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof MatMul product) || product.transposeB()) {
      return Optional.empty();
    }
    Value right = operation.operand(1);
    return context.match(right, Quantize.class)
        .filter(quantize -> right.tensorType().rank() == 2 && quantize.operation().operands().size() == 1)
        // The random bits of an element depend on its index.
        .filter(quantize -> quantize.op().rounding() instanceof FixedRounding)
        .flatMap(quantize -> transposed(quantize.op().result()).map(type -> {
          BlockBuilder builder = context.builder();
          Value stored = builder.add(new Transpose(ImmutableList.of(1, 0)), quantize.operand(0));
          Value codes = builder.add(new Quantize(quantize.op().rounding(), quantize.op().fallback(), type), stored);
          return ImmutableList.of(builder.add(new MatMul(true, product.to()), operation.operand(0), codes));
        }));
  }

  private static Optional<TensorType> transposed(TensorType type) {
    Shape shape = Shape.of(type.shape().dim(1), type.shape().dim(0));
    return type.scale().orElseThrow().transposed().map(layout ->
        new TensorType(shape, type.format(), Optional.of(layout), type.residual(), type.sparse()));
  }
}
