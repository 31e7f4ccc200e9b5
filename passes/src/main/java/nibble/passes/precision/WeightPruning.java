package nibble.passes.precision;

import java.util.Arrays;
import java.util.Optional;
import nibble.ir.calibration.InverseHessian;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.layout.SparseLayout;
import nibble.ir.sparsity.ContinuousProjection;
import nibble.ir.sparsity.Saliency;
import nibble.ir.sparsity.SecondOrderPruning;
import nibble.ir.sparsity.Selection;
import nibble.ir.sparsity.TransposableMask;

/**
 * How weights are pruned when the model is compiled.
 *
 * @param layout that they fit then
 * @param saliency which of them are kept
 * @param transposable whether masks fit the layout along both axes
 * @param damping of the {@link InverseHessian}
 */
record WeightPruning(SparseLayout layout, Saliency saliency, boolean transposable, double damping) {
  /** Whether the op {@code prune} can't do it. */
  boolean isMadeWhenCompiled() {
    return transposable || saliency != Saliency.MAGNITUDE;
  }

  /** Why a weight matrix can't be pruned, if it can't. */
  Optional<String> obstacle(int[] extents, int inner) {
    int width = width();
    if (transposable && extents[1 - inner] % width != 0) {
      return Optional.of("a transposable mask needs output channels in groups of " + width + ", and there are "
          + extents[1 - inner]);
    }
    if (saliency == Saliency.SPARSEGPT && extents[inner] % width != 0) {
      return Optional.of("sparsegpt prunes " + width + " channels at a time, and there are " + extents[inner]);
    }
    return Optional.empty();
  }

  /** Columns of a group: the last number of the layout. */
  private int width() {
    return Math.toIntExact(layout.numbers().getLast());
  }

  /**
   * What is left of a weight matrix.
   *
   * @param inner the axis of it that is summed over
   * @param activation what it is multiplied with; there is one where the saliency asks for it
   */
  Tensor prune(Tensor weight, int inner, Optional<PostQuantizationIntegral> activation) {
    int depth = weight.extents()[inner];
    int channels = weight.extents()[1 - inner];
    double[] rows = inner == 0 ? MatrixProduct.transpose(weight.values(), 0, depth, channels) : weight.values();
    double[] pruned = pruneRows(rows, depth, activation);
    return weight.withElements(inner == 0 ? MatrixProduct.transpose(pruned, 0, channels, depth) : pruned).rounded();
  }

  private double[] pruneRows(double[] weights, int depth, Optional<PostQuantizationIntegral> activation) {
    Selection selection = transposable ? TransposableMask::select : layout::select;
    if (saliency == Saliency.SPARSEGPT) {
      return new SecondOrderPruning(InverseHessian.of(activation.orElseThrow().gram(), depth, damping))
          .prune(weights, selection, width());
    }
    if (saliency == Saliency.SSTE) {
      double[] shrunk = ContinuousProjection.shrink(weights);
      double factor = ContinuousProjection.factor(weights, shrunk);
      return Arrays.stream(shrunk).map(element -> factor * element).toArray();
    }
    double[] norms = activation.map(PostQuantizationIntegral::gram).map(gram -> norms(gram, depth)).orElse(null);
    boolean[] keep = selection.select(saliency.scores(weights, depth, norms), depth);
    double[] pruned = new double[weights.length];
    Arrays.setAll(pruned, i -> keep[i] ? weights[i] : 0);
    return pruned;
  }

  private static double[] norms(double[] gram, int depth) {
    double[] norms = new double[depth];
    Arrays.setAll(norms, i -> Math.sqrt(gram[i * (depth + 1)]));
    return norms;
  }
}
