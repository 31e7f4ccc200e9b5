package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;

/** All elements, or codes with their scales, of a tensor of a sparse layout: the inverse of {@link Compress}. */
@OpInfo(
    name = "decompress",
    summary = "all elements of a tensor that is stored as a sparse layout",
    rounding = "exact")
public record Decompress() implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    if (operands.getFirst().sparse().isEmpty()) {
      throw new TypeRuleException("decompress takes a tensor of a sparse layout, not " + operands.getFirst());
    }
    return operands.getFirst().dense();
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    Tensor x = operands.getFirst();
    return new Tensor(result, x.elements(), x.scaleTensor(), x.zeros(), x.residual());
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return operands.getFirst().error();
  }
}
