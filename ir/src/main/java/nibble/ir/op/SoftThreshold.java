package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;
import nibble.ir.sparsity.ContinuousProjection;

/**
 * The continuous projection of S-STE ({@link ContinuousProjection}): of each four consecutive elements along an axis,
 * all magnitudes shrink by the second smallest, and what would be negative is 0. The result is 2:4 along the axis, and
 * moves with the operand without jumps. A second operand, a scalar, is the factor that makes up for what magnitudes
 * lose; who trains finds it once and keeps it, so that it is a weight or a constant like any other.
 *
 * @param axis counted from the front; its extent is a multiple of 4
 */
@OpInfo(
    name = "soft_threshold",
    summary = "the continuous projection onto 2:4 along an axis: magnitudes less the second smallest of four, or 0;"
        + " times a scalar, where there is one",
    rounding = "the difference, and the product")
public record SoftThreshold(int axis) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.isEmpty() || operands.size() > 2) {
      throw new TypeRuleException("soft_threshold takes a tensor and perhaps a factor, not " + operands.size()
          + " operands");
    }
    TensorType x = expectFloat(operands.getFirst());
    Dim extent = x.shape().dim(expectAxisFromFront(axis, x.rank()));
    if (extent.dividedBy(Dim.of(ContinuousProjection.GROUP)).isEmpty()) {
      throw new TypeRuleException("the extent " + extent + " of axis " + axis + " is no multiple of 4");
    }
    if (operands.size() == 2 && expectFloat(operands.get(1)).rank() != 0) {
      throw new TypeRuleException("the factor of soft_threshold is a scalar, not " + operands.get(1));
    }
    return x;
  }

  /** Receives the indices of the elements of a group. */
  @FunctionalInterface
  private interface Group {
    void at(int[] indices);
  }

  private void forEachGroup(TensorType type, Group body) {
    int[] extents = type.shape().extents();
    int stride = ViewOp.rowMajor(extents)[axis];
    int[] indices = new int[ContinuousProjection.GROUP];
    for (int first = 0; first < type.shape().size().constant(); first++) {
      if (first / stride % indices.length == 0) {
        for (int i = 0; i < indices.length; i++) {
          indices[i] = first + i * stride;
        }
        body.at(indices);
      }
    }
  }

  private static double[] gather(double[] elements, int[] indices) {
    double[] group = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      group[i] = elements[indices[i]];
    }
    return group;
  }

  private static double factor(List<Tensor> operands) {
    return operands.size() == 2 ? operands.get(1).elements()[0] : 1;
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    double factor = factor(operands);
    double[] y = new double[x.length];
    forEachGroup(result, indices -> {
      double[] shrunk = ContinuousProjection.shrink(gather(x, indices));
      for (int i = 0; i < indices.length; i++) {
        y[indices[i]] = factor * shrunk[i];
      }
    });
    return Tensor.of(result, y);
  }

  /** The threshold is off by at most what any of its group is, and an element by that and its own. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] x = operands.getFirst().exact().elements();
    double[] inherited = operands.getFirst().error();
    double factor = operands.size() == 2 ? Math.abs(operands.get(1).exact().elements()[0]) : 1;
    double ofFactor = operands.size() == 2 ? operands.get(1).error()[0] : 0;
    double[] error = new double[x.length];
    forEachGroup(result.type(), indices -> {
      double threshold = 0;
      double largest = 0;
      for (int index : indices) {
        threshold = Math.max(threshold, inherited[index]);
        largest = Math.max(largest, Math.abs(x[index]) + inherited[index]);
      }
      for (int index : indices) {
        double spread = threshold + inherited[index] + model.arithmetic(largest);
        double difference = Math.min(largest, Math.abs(x[index])) + spread;
        double product = (factor + ofFactor) * difference;
        double computed = operands.size() == 1
            ? spread : spread * (factor + ofFactor) + difference * ofFactor + model.arithmetic(product);
        error[index] = Double.isFinite(result.elements()[index]) && Double.isFinite(product)
            ? ElementError.stored(result.elements()[index], computed, result.type().format(), model)
            : Double.POSITIVE_INFINITY;
      }
    });
    return error;
  }
}
