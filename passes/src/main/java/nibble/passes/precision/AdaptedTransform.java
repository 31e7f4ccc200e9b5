package nibble.passes.precision;

import java.util.Arrays;
import java.util.List;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/**
 * Matrices T that blocks of channels of an activation X are multiplied by before it is rounded to codes, and whose
 * inverses the weights W are multiplied by.
 *
 * <p>A rotation U at the end of T spreads what is in a block evenly over it, so that the step of a quantizer is in
 * proportion to the norm of {@code X T}, whose square is {@code tr(T^T C T)} with {@code C = X^T X}. The product gets
 * {@code |T^-1 W|^2 = tr(T^-1 G T^-T)} of the noise, with {@code G = W W^T}. With {@code C = L L^T}, {@code G = R R^T}
 * and the singular values S of {@code L^T R = V S Q^T}, the product of both traces is at least {@code tr(S)^2}, by
 * Cauchy's inequality, which it is with
 *
 * <pre>
 * T = L^-T V S^(1/2) U    T^-1 = U^T S^(-1/2) V^T L^T
 * </pre>
 *
 * <p>("WUSH: Near-Optimal Adaptive Transforms for LLM Quantization", section 3, where U is a Hadamard matrix, as here).
 * For diagonal matrices it is {@code smooth} by norms and {@code hadamard}.
 *
 * @param size channels of a block
 * @param matrices T of each block, row by row, one after another; f16 numbers, so that a cast to it changes none
 * @param inverses of these
 * @param noise by the traces, over that of a Hadamard matrix in the same blocks; norms, not their squares
 * @param steps of descent after which the matrices were taken, the least of all blocks
 */
record AdaptedTransform(int size, double[] matrices, double[] inverses, double noise, int steps) {
  /**
   * How matrices are found.
   *
   * @param size channels of a block
   * @param damping what is added to the diagonal of C, as a share of its mean
   * @param steps of descent
   * @param rows of the boxes that descent looks at
   */
  record Search(int size, double damping, int steps, int rows) {
    /** Added to the diagonal of G, which is no estimate: it must have a root where there are few output channels. */
    private static final double LEAST_DAMPING = 1e-5;

    /**
     * Finds them.
     *
     * @param activation its last axis is the inner one
     * @param weights that it is multiplied with, matrices
     * @param axes which of theirs is the inner one
     */
    AdaptedTransform of(Tensor activation, List<Tensor> weights, List<Integer> axes) {
      int inner = activation.extents()[activation.extents().length - 1];
      int blocks = inner / size;
      double[] gram = PostQuantizationIntegral.of(activation).gram();
      double[] weightGram = new double[inner * inner];
      for (int i = 0; i < weights.size(); i++) {
        byRows(weights.get(i), axes.get(i)).addGram(weightGram);
      }
      double[] matrices = new double[blocks * size * size];
      double[] inverses = new double[matrices.length];
      double after = 0;
      double before = 0;
      int taken = Integer.MAX_VALUE;
      for (int block = 0; block < blocks; block++) {
        SquareMatrix c = SquareMatrix.onDiagonal(gram, inner, block * size, size);
        SquareMatrix g = SquareMatrix.onDiagonal(weightGram, inner, block * size, size);
        SquareMatrix found = closedForm(c.damped(damping), g.damped(LEAST_DAMPING));
        if (steps > 0) {
          TransformDescent.Result lowered =
              TransformDescent.of(activation, block * size, rows, g.damped(LEAST_DAMPING)).from(found, steps);
          found = lowered.matrix();
          taken = Math.min(taken, lowered.steps());
        }
        SquareMatrix rounded = rounded(found, c);
        SquareMatrix inverse = rounded.inverse();
        System.arraycopy(rounded.elements(), 0, matrices, block * size * size, size * size);
        System.arraycopy(inverse.elements(), 0, inverses, block * size * size, size * size);
        after += rounded.transpose().conjugate(c).trace() * inverse.conjugate(g).trace();
        before += c.trace() * g.trace();
      }
      return new AdaptedTransform(
          size, matrices, inverses, before == 0 ? 1 : Math.sqrt(after / before), steps == 0 ? 0 : taken);
    }

    private SquareMatrix closedForm(SquareMatrix c, SquareMatrix g) {
      SquareMatrix left = c.cholesky();
      SingularValues found = SingularValues.of(left.transpose().times(g.cholesky()));
      SquareMatrix rotation = new SquareMatrix(size, hadamard());
      SquareMatrix scaled = found.left().scaledColumns(Arrays.stream(found.values()).map(Math::sqrt).toArray());
      return left.inverse().transpose().times(scaled).times(rotation);
    }

    private double[] hadamard() {
      double[] elements = new double[size * size];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = (Integer.bitCount(i / size & i % size) % 2 == 0 ? 1 : -1) / Math.sqrt(size);
      }
      return elements;
    }

    /** Scaled so that the norm of the activation stays, and rounded to f16. */
    private static SquareMatrix rounded(SquareMatrix matrix, SquareMatrix c) {
      double norm = matrix.transpose().conjugate(c).trace();
      double factor = norm > 0 && c.trace() > 0 ? Math.sqrt(c.trace() / norm) : 1;
      return new SquareMatrix(matrix.size(),
          Arrays.stream(matrix.elements()).map(element -> Formats.F16.round(element * factor)).toArray());
    }
  }

  int blocks() {
    return matrices.length / (size * size);
  }

  /** What stands for a weight: the inverses times its blocks of rows, rounded to its format. */
  Tensor ofWeight(Tensor weight, int inner) {
    Rows rows = byRows(weight, inner);
    double[] product = new double[rows.elements.length];
    for (int block = 0; block < blocks(); block++) {
      MatrixProduct.multiply(inverses, block * size * size, rows.elements, block * size * rows.columns,
          product, block * size * rows.columns, size, size, rows.columns);
    }
    double[] stored = inner == 0
        ? product : MatrixProduct.transpose(product, 0, product.length / rows.columns, rows.columns);
    return Tensor.of(weight.type(), Arrays.stream(stored).map(weight.type().format()::round).toArray());
  }

  private static Rows byRows(Tensor weight, int inner) {
    int[] extents = weight.extents();
    double[] values = weight.values();
    return new Rows(
        inner == 0 ? values : MatrixProduct.transpose(values, 0, extents[0], extents[1]), extents[1 - inner]);
  }

  /** A weight with the inner axis along its rows. */
  private record Rows(double[] elements, int columns) {
    void addGram(double[] sum) {
      int depth = elements.length / columns;
      double[] gram = new double[depth * depth];
      MatrixProduct.multiply(elements, 0, MatrixProduct.transpose(elements, 0, depth, columns), 0, gram, 0, depth,
          columns, depth);
      Arrays.setAll(sum, i -> sum[i] + gram[i]);
    }
  }
}
