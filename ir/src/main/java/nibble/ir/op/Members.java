package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Which tokens each expert works on. Operand: gates {@code [T,E]}, one of each token for each expert, such as those of
 * a ReLU router ("ReMoE: Fully Differentiable Mixture-of-Experts with ReLU Routing", section 3.1). A token is a member
 * of an expert's group if its gate is greater than 0; NaN is not.
 *
 * <p>The result {@code [E,1+T]} has for each expert how many members there are, these in ascending order, and then all
 * other tokens in ascending order. So the entries behind the first are a permutation of all tokens.
 */
@OpInfo(name = "members", summary = "for each column, how many rows are positive, and all rows, those first")
public record Members() implements TensorOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 1);
    TensorType gates = expectNumbers(operands.getFirst());
    if (gates.rank() != 2) {
      throw new TypeRuleException(
          "members takes gates of tokens by experts, not the shape " + gates.shape(),
          "reshape them to [tokens, experts]");
    }
    return TensorType.of(Shape.of(gates.shape().dim(1), gates.shape().dim(0).plus(Dim.ONE)), Formats.I32);
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] gates = operands.getFirst().elements();
    int experts = operands.getFirst().extents()[1];
    int tokens = operands.getFirst().extents()[0];
    double[] table = new double[experts * (tokens + 1)];
    Parallel.rows(experts, expert -> {
      int row = expert * (tokens + 1);
      int count = 0;
      for (int token = 0; token < tokens; token++) {
        count += gates[token * experts + expert] > 0 ? 1 : 0;
      }
      table[row] = count;
      int member = row + 1;
      int other = row + 1 + count;
      for (int token = 0; token < tokens; token++) {
        table[gates[token * experts + expert] > 0 ? member++ : other++] = token;
      }
    });
    return Tensor.of(result, table);
  }

  /** Exact, unless the gate of some token of the expert may be on the other side of 0. */
  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    double[] gates = operands.getFirst().exact().elements();
    double[] off = operands.getFirst().error();
    int experts = result.extents()[0];
    int width = result.extents()[1];
    double[] error = new double[result.size()];
    for (int i = 0; i < gates.length; i++) {
      boolean isCertain = off[i] == 0 || gates[i] - off[i] > 0 || gates[i] + off[i] <= 0;
      int row = i % experts * width;
      if (!isCertain) {
        Arrays.fill(error, row, row + width, Double.POSITIVE_INFINITY);
      }
    }
    return error;
  }
}
