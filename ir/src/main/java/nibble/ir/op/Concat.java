package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Tensors one behind the other along an axis.
 *
 * @param axis the axis, counted from the front
 */
@OpInfo(name = "concat", summary = "tensors one behind the other along an axis")
public record Concat(int axis) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.isEmpty()) {
      throw new TypeRuleException("concat takes at least one operand");
    }
    TensorType first = expectPlain(operands.getFirst());
    expectAxisFromFront(axis, first.rank());
    Dim extent = Dim.ZERO;
    for (TensorType operand : operands) {
      expectPlain(operand);
      boolean fits = operand.format().equals(first.format()) && operand.rank() == first.rank();
      if (!fits || !operand.shape().with(axis, Dim.ONE).equals(first.shape().with(axis, Dim.ONE))) {
        throw new TypeRuleException("concat along axis " + axis + " does not join " + first + " and " + operand);
      }
      extent = extent.plus(operand.shape().dim(axis));
    }
    return first.withShape(first.shape().with(axis, extent));
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.of(result, join(operands.stream().map(Tensor::elements).toList(), operands, result));
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    List<Tensor> tensors = operands.stream().map(Approximate::exact).toList();
    return join(operands.stream().map(Approximate::error).toList(), tensors, result.type());
  }

  private double[] join(List<double[]> parts, List<Tensor> operands, TensorType result) {
    Shape shape = result.shape();
    int inner = Math.toIntExact(shape.slice(axis + 1, shape.rank()).size().constant());
    int row = inner * Math.toIntExact(shape.dim(axis).constant());
    double[] joined = new double[Math.toIntExact(shape.size().constant())];
    int offset = 0;
    for (int part = 0; part < parts.size(); part++) {
      int length = inner * operands.get(part).extents()[axis];
      for (int outer = 0; row > 0 && outer < joined.length / row; outer++) {
        System.arraycopy(parts.get(part), outer * length, joined, outer * row + offset, length);
      }
      offset += length;
    }
    return joined;
  }
}
