package nibble.ir.op;

import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Shape;

/** A choice between two elements. Operands: condition, value where true, value where false; they broadcast. */
@OpInfo(name = "select", summary = "second operand where the first is true, third where it is false")
public record Select() implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 3);
    TensorType yes = expectPlain(operands.get(1));
    TensorType no = expectPlain(operands.get(2));
    if (!expectPlain(operands.getFirst()).format().equals(Formats.BOOL)) {
      throw new TypeRuleException("the condition of select is a truth value, not " + operands.getFirst());
    }
    if (!yes.format().equals(no.format())) {
      throw new TypeRuleException(
          "the values of select have one format, not " + yes.format().name() + " and " + no.format().name(),
          "cast one of them");
    }
    return yes.withShape(common(common(operands.getFirst().shape(), yes.shape()), no.shape()));
  }

  private static Shape common(Shape a, Shape b) {
    return Broadcast.common(a, b)
        .orElseThrow(() -> new TypeRuleException("the shapes " + a + " and " + b + " of select do not broadcast"));
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] condition = operands.get(0).elements();
    double[] yes = operands.get(1).elements();
    double[] no = operands.get(2).elements();
    double[] y = new double[Math.toIntExact(result.shape().size().constant())];
    Elementwise.forEach(result.shape().extents(), operands,
        (i, at) -> y[i] = condition[at[0]] != 0 ? yes[at[1]] : no[at[2]]);
    return Tensor.of(result, y);
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] yes = operands.get(1).exact().elements();
    double[] no = operands.get(2).exact().elements();
    double[] error = new double[result.size()];
    List<Tensor> tensors = operands.stream().map(Approximate::exact).toList();
    Elementwise.forEach(result.extents(), tensors, (i, at) -> {
      double ifTrue = operands.get(1).error()[at[1]];
      double ifFalse = operands.get(2).error()[at[2]];
      boolean mayFlip = operands.get(0).error()[at[0]] > 0;
      boolean chosen = operands.get(0).exact().elements()[at[0]] != 0;
      double distance = yes[at[1]] == no[at[2]] ? 0 : Math.abs(yes[at[1]] - no[at[2]]);
      error[i] = mayFlip ? distance + Math.max(ifTrue, ifFalse) : chosen ? ifTrue : ifFalse;
    });
    return error;
  }
}
