package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;

/**
 * The largest magnitude in each box of elements that share a scale: what a dynamic quantizer starts from. NaN where a
 * box has one, 0 for a box without elements.
 *
 * @param granularity the boxes
 */
@OpInfo(name = "amax", summary = "largest magnitude in each box of elements that share a scale")
public record Amax(Granularity granularity) implements RangeOp {
  @Override
  public double range(double[] magnitudes) {
    return Arrays.stream(magnitudes).reduce(0, Math::max);
  }

  @Override
  public double rangeError(double amax, double inherited, double range, ErrorModel model) {
    return inherited;
  }

  /** Without collecting the elements of boxes. */
  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    TensorType type = operands.getFirst().type();
    ScaleGrid grid = ScaleGrid.of(type.withScale(new ScaleLayout(granularity, type.format())));
    return Tensor.of(result, BoxExtremes.magnitudes(operands.getFirst().elements(), grid));
  }
}
