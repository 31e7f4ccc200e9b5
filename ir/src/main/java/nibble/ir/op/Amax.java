package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.Tensor.ScaleGrid;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;

/**
 * The largest magnitude in each box of elements that share a scale: what a dynamic quantizer starts from. NaN where a
 * box has one, 0 for a box without elements. With a side, that of the elements on this side of 0 alone, which is what a
 * quantizer to affine codes starts from.
 *
 * @param granularity the boxes
 * @param side of 0; both where it is not given
 */
@OpInfo(name = "amax", summary = "largest magnitude in each box of elements that share a scale")
public record Amax(Granularity granularity, Optional<Side> side) implements RangeOp {
  /** Which elements count. */
  public enum Side {
    ABOVE,
    BELOW
  }

  /** Of all elements. */
  public Amax(Granularity granularity) {
    this(granularity, Optional.empty());
  }

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
    double[] x = operands.getFirst().elements();
    if (side.isEmpty()) {
      return Tensor.of(result, BoxExtremes.magnitudes(x, grid));
    }
    return Tensor.of(result, switch (side.get()) {
      case ABOVE -> BoxExtremes.most(x, grid);
      case BELOW -> Arrays.stream(BoxExtremes.least(x, grid)).map(least -> -least).toArray();
    });
  }
}
