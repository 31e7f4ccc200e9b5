package nibble.passes.precision;

import java.util.Arrays;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;

/**
 * How much each weight of a product adds to its loss when it is quantized: the post-quantization integral of
 * "Identifying Sensitive Weights via Post-quantization Integral". From weights w to quantized weights w~ the loss F
 * grows by the integral of {@code grad F(w + t (w~ - w)) (w~ - w)} over t from 0 to 1, of which each weight has its
 * part.
 *
 * <p>The loss is the squared error of the product, {@code |X W' - X W|^2}, since the model's own has no gradients here.
 * It is quadratic: its gradient {@code 2 X^T X (W' - W)} is linear along the path, so that the midpoint of one interval
 * gives the integral exactly.
 *
 * @param gram {@code X^T X}, row by row, of the sample inputs
 * @param depth rows and columns of it
 */
record PostQuantizationIntegral(double[] gram, int depth) {
  /**
   * Of an activation.
   *
   * @param activation rows of it are all that is not along the inner axis, which is the last one
   */
  static PostQuantizationIntegral of(Tensor activation) {
    int[] extents = activation.extents();
    int depth = extents[extents.length - 1];
    int rows = depth == 0 ? 0 : activation.size() / depth;
    double[] values = activation.values();
    double[] gram = new double[depth * depth];
    MatrixProduct.multiply(
        MatrixProduct.transpose(values, 0, rows, depth), 0, values, 0, gram, 0, depth, rows, depth);
    return new PostQuantizationIntegral(gram, depth);
  }

  /** Of two products with the same weights. */
  PostQuantizationIntegral plus(PostQuantizationIntegral other) {
    double[] sum = gram.clone();
    Arrays.setAll(sum, i -> sum[i] + other.gram[i]);
    return new PostQuantizationIntegral(sum, depth);
  }

  /**
   * The part of each weight, with its sign; their sum is the squared error of the product.
   *
   * @param exact a matrix
   * @param quantized what stands for it
   * @param inner the axis of it that is summed over
   */
  double[] parts(Tensor exact, Tensor quantized, int inner) {
    double[] change = quantized.values().clone();
    double[] weights = exact.values();
    Arrays.setAll(change, i -> change[i] - weights[i]);
    int channels = exact.extents()[1 - inner];
    double[] byRow = inner == 0 ? change : MatrixProduct.transpose(change, 0, channels, depth);
    double[] gradient = new double[byRow.length];
    MatrixProduct.multiply(gram, 0, byRow, 0, gradient, 0, depth, depth, channels);
    double[] halfGradient = inner == 0 ? gradient : MatrixProduct.transpose(gradient, 0, depth, channels);
    double[] parts = new double[change.length];
    // At the midpoint half of the change has been made, which the 2 of the gradient takes back.
    Arrays.setAll(parts, i -> change[i] * halfGradient[i]);
    return parts;
  }

  /** The error of the product over its signal, each a sum of squares. */
  double noise(Tensor exact, Tensor quantized, int inner) {
    double error = Arrays.stream(parts(exact, quantized, inner)).sum();
    double signal = Arrays.stream(parts(exact, exact.withElements(new double[exact.size()]), inner)).sum();
    return error <= 0 ? 0 : error / signal;
  }
}
