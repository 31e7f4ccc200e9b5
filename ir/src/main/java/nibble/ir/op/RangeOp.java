package nibble.ir.op;

import java.util.List;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;

/**
 * An op that finds the range of a quantizer for each box of elements: the largest magnitude (amax), or what may stand
 * for it. {@link Scales} makes scales of ranges.
 */
public interface RangeOp extends TensorOp {
  /** The boxes. */
  Granularity granularity();

  /** The range of a box, from the magnitudes of its elements in any order; the array is the op's own. */
  double range(double[] magnitudes);

  /**
   * Bound of the error of the range of a box.
   *
   * @param amax the largest magnitude
   * @param inherited the largest error of an element
   * @param range the exact range
   */
  double rangeError(double amax, double inherited, double range, ErrorModel model);

  @Override
  default TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType x = expectFloat(operands.getFirst());
    try {
      return TensorType.of(new ScaleLayout(granularity(), x.format()).scaleShape(x.shape()), x.format());
    } catch (IllegalArgumentException e) {
      throw new TypeRuleException(e.getMessage());
    }
  }

  @Override
  default Tensor eval(List<Tensor> operands, TensorType result) {
    double[] x = operands.getFirst().elements();
    ScaleGrid grid = grid(operands.getFirst().type());
    int[] counts = new int[grid.boxes()];
    grid.forEachRunInOrder((from, to, box) -> counts[box] += to - from);
    double[][] boxes = new double[counts.length][];
    for (int box = 0; box < boxes.length; box++) {
      boxes[box] = new double[counts[box]];
    }
    grid.forEachRunInOrder((from, to, box) -> {
      for (int i = from; i < to; i++) {
        boxes[box][--counts[box]] = Math.abs(x[i]);
      }
    });
    double[] ranges = new double[boxes.length];
    Parallel.rows(boxes.length, box -> ranges[box] = range(boxes[box]));
    return Tensor.of(result, ranges);
  }

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    ScaleGrid grid = grid(operands.getFirst().exact().type());
    double[] amax = BoxExtremes.magnitudes(operands.getFirst().exact().elements(), grid);
    double[] inherited = BoxExtremes.magnitudes(operands.getFirst().error(), grid);
    double[] error = new double[amax.length];
    for (int box = 0; box < error.length; box++) {
      error[box] = rangeError(amax[box], inherited[box], result.elements()[box], model);
    }
    return error;
  }

  private ScaleGrid grid(TensorType type) {
    return ScaleGrid.of(type.withScale(new ScaleLayout(granularity(), type.format())));
  }
}
