package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The integers from 0 on, as i32.
 *
 * @param extent how many
 */
@OpInfo(name = "iota", summary = "the integers from 0 on")
public record Iota(Dim extent) implements TensorOp {
  public Iota {
    if (extent.isConstant() && extent.constant() < 0) {
      throw new IllegalArgumentException("iota counts at least 0 integers, not " + extent);
    }
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 0);
    return TensorType.of(new Shape(ImmutableList.of(extent)), Formats.I32);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.generate(result, i -> i);
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return new double[result.size()];
  }
}
