package nibble.ir.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Rows of a table by index. Operands: table and integer indices. The axes of the indices stand in the result where the
 * axis stood in the table; a scalar index removes the axis. An index outside the axis is an error of the program's
 * input.
 *
 * @param axis the axis of the table that is indexed
 */
@OpInfo(name = "gather", summary = "slices of a table along an axis, by index")
public record Gather(int axis) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 2);
    TensorType table = expectPlain(operands.get(0));
    TensorType indices = expectPlain(operands.get(1));
    expectAxisFromFront(axis, table.rank());
    if (!indices.format().isInteger()) {
      throw new TypeRuleException("the indices of gather are integers, not " + indices.format().name());
    }
    List<Dim> dims = new ArrayList<>(table.shape().dims().subList(0, axis));
    dims.addAll(indices.shape().dims());
    dims.addAll(table.shape().dims().subList(axis + 1, table.rank()));
    return table.withShape(Shape.of(dims));
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return Tensor.of(result, pick(operands.get(0).elements(), operands.get(0), operands.get(1), result));
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    if (!operands.get(1).isExact()) {
      // Another index is another row, and perhaps none at all.
      double[] unbounded = new double[result.size()];
      Arrays.fill(unbounded, Double.POSITIVE_INFINITY);
      return unbounded;
    }
    return pick(operands.get(0).error(), operands.get(0).exact(), operands.get(1).exact(), result.type());
  }

  private double[] pick(double[] from, Tensor table, Tensor indices, TensorType result) {
    Shape shape = table.type().shape();
    int inner = Math.toIntExact(shape.slice(axis + 1, shape.rank()).size().constant());
    int extent = Math.toIntExact(shape.dim(axis).constant());
    double[] picked = new double[Math.toIntExact(result.shape().size().constant())];
    int count = indices.size();
    int outer = count * inner == 0 ? 0 : picked.length / (count * inner);
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < count; i++) {
        long index = (long) indices.elements()[i];
        if (index < 0 || index >= extent) {
          throw new InputException("the index " + index + " is outside the " + extent + " rows of the table");
        }
        System.arraycopy(from, (o * extent + (int) index) * inner, picked, (o * count + i) * inner, inner);
      }
    }
    return picked;
  }
}
