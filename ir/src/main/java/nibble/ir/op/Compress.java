package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.layout.SparseLayout;

/**
 * The same tensor of elements or of codes, stored as a sparse layout along the last axis. What the layout does not
 * store must be zero ({@link Prune}); an element that is not is an error of the program's input, which names its row
 * and its group. A zero that is not stored loses its sign.
 *
 * @param layout of the result
 */
@OpInfo(
    name = "compress",
    summary = "the same elements, or codes with their scales, stored as a sparse layout along the last axis",
    rounding = "exact")
public record Compress(SparseLayout layout) implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType x = operands.getFirst();
    if (x.sparse().isPresent()) {
      throw new TypeRuleException("compress takes dense tensors, not " + x, "decompress it first");
    }
    if (x.zeroType().isPresent() || x.residual().isPresent()) {
      throw new TypeRuleException("compress takes no codes with "
          + (x.residual().isPresent() ? "a residual" : "zero points") + ": what is not stored is zero");
    }
    layout.rejects(x.shape()).ifPresent(why -> {
      throw new TypeRuleException("sparse<" + layout.text() + "> does not fit shape " + x.shape() + ": " + why);
    });
    return x.withSparse(layout);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    Tensor x = operands.getFirst();
    layout.misfit(x.elements(), x.type().shape()).ifPresent(why -> {
      throw new InputException(why, "prune the tensor first, along the axis that is summed over");
    });
    double[] unsigned = new double[x.size()];
    for (int i = 0; i < unsigned.length; i++) {
      unsigned[i] = x.elements()[i] == 0 ? 0 : x.elements()[i];
    }
    return new Tensor(result, unsigned, x.scaleTensor(), x.zeros(), x.residual());
  }

  /** What is stored is as far off as before; what is not is zero, as far as the operand may be from it. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    return operands.getFirst().error();
  }
}
