package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.BlockBuilder;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.MatMul;
import nibble.ir.op.Reshape;
import nibble.ir.op.Transpose;
import nibble.ir.op.Weight;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Multiplies blocks of channels of left operands of products by matrices, and gives weights that were multiplied by
 * their inverses.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = weight {key = "w.transform@transform"} : tensor&lt;[8,32,32] x f32&gt;
 *                           %3 = transpose (reshape %x : tensor&lt;[M,8,32] x f32&gt;) : tensor&lt;[8,M,32] x f32&gt;
 *                           %4 = matmul %3, %2
 *                           %5 = reshape (transpose %4) : tensor&lt;[M,256] x f32&gt;
 *                           %6 = weight {key = "w@transform"}
 *                           %1 = matmul %5, %6
 * </pre>
 *
 * <p>Where there is one block, its matrix has two axes, and the activation is multiplied as it is.
 *
 * @param transformed by the results of the products
 */
record TransformOperands(ImmutableMap<Value, Transformed> transformed) implements Rewrite {
  /**
   * What stands for a product's operands.
   *
   * @param matrix what the activation is multiplied by, a matrix or one for each block
   * @param weight what stands for the weight
   */
  record Transformed(Weight matrix, Weight weight) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    Transformed own = operation.results().isEmpty() ? null : transformed.get(operation.results().getFirst());
    if (own == null) {
      return Optional.empty();
    }
    WeightProduct product = new WeightProduct.Reader(context::definition).read(operation);
    BlockBuilder builder = context.builder();
    Location place = operation.location();
    // A path of its own: what is asked for at the product's is not meant.
    builder.at(place.path().isEmpty() ? place : place.in(place.path() + WeightProduct.TRANSFORM));
    Value multiplied = multiplied(product.left().stored(), builder.add(own.matrix), builder);
    builder.at(place);
    Value left = product.left().toOperand(multiplied, operation.operand(0).tensorType().format(), builder);
    Value right = product.right().toOperand(
        builder.add(own.weight), operation.operand(1).tensorType().format(), builder);
    return Optional.of(ImmutableList.of(builder.add(operation.op(), left, right)));
  }

  private static Value multiplied(Value activation, Value matrix, BlockBuilder builder) {
    MatMul product = new MatMul(false, activation.tensorType().format());
    if (matrix.tensorType().rank() == 2) {
      return builder.add(product, activation, matrix);
    }
    Shape shape = activation.tensorType().shape();
    List<Dim> extents = new ArrayList<>(IntStream.range(0, shape.rank() - 1).mapToObj(shape::dim).toList());
    extents.add(matrix.tensorType().shape().dim(0));
    extents.add(matrix.tensorType().shape().dim(1));
    int rank = extents.size();
    // Blocks become the axis before the rows, as heads of attention do.
    ImmutableList<Integer> swapped = IntStream.range(0, rank)
        .map(axis -> axis == rank - 3 ? rank - 2 : axis == rank - 2 ? rank - 3 : axis).boxed()
        .collect(ImmutableList.toImmutableList());
    Value blocks = builder.add(new Transpose(swapped), builder.add(new Reshape(Shape.of(extents)), activation));
    Value multiplied = builder.add(new Transpose(swapped), builder.add(product, blocks, matrix));
    return builder.add(new Reshape(shape), multiplied);
  }
}
