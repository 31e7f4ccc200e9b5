package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * What experts say of each token, times their gates, added over the experts whose gate is greater than 0: what others
 * say has no part, whatever it is. Operands: {@code [E,T,N]} and gates {@code [T,E]}; the result is {@code [T,N]}.
 */
@OpInfo(
    name = "gated_sum",
    summary = "the sum over experts, times their gates, of those whose gate is positive",
    rounding = "as its parts, computed in f32: mul, select, sum")
public record GatedSum() implements CompositeOp {
  @Override
  public TensorType infer(List<TensorType> operands) {
    expectOperands(operands, 2);
    TensorType outputs = expectFloat(operands.get(0));
    TensorType gates = expectFloat(operands.get(1));
    Shape shape = outputs.shape();
    if (outputs.rank() != 3 || !gates.shape().equals(Shape.of(shape.dim(1), shape.dim(0)))) {
      throw new TypeRuleException("gated_sum takes [E,T,N] of E experts and gates [T,E], not " + shape + " and "
          + gates.shape());
    }
    if (!outputs.format().equals(gates.format())) {
      throw new TypeRuleException("gated_sum takes elements of one format, not " + outputs.format().name() + " and "
          + gates.format().name(), "cast one of them");
    }
    return outputs.withShape(shape.slice(1, 3));
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    double[] outputs = operands.get(0).elements();
    double[] gates = operands.get(1).elements();
    int experts = operands.get(0).extents()[0];
    int tokens = result.shape().extents()[0];
    int n = result.shape().extents()[1];
    double[] sum = new double[tokens * n];
    Parallel.rows(tokens, token -> {
      for (int expert = 0; expert < experts; expert++) {
        double gate = gates[token * experts + expert];
        for (int column = 0; gate > 0 && column < n; column++) {
          sum[token * n + column] += gate * outputs[(expert * tokens + token) * n + column];
        }
      }
    });
    return Tensor.of(result, sum);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    Widened outputs = Widened.of(builder, operands.get(0));
    Shape shape = outputs.wide().tensorType().shape();
    Value byExpert = builder.add(
        new Transpose(ImmutableList.of(1, 0)), Widened.of(builder, operands.get(1)).wide());
    Value gates = builder.add(new Reshape(shape.slice(0, 2).append(Dim.ONE)), byExpert);
    Value zero = builder.add(Constant.splat(0, TensorType.scalar(gates.tensorType().format())));
    Value isMember = builder.add(new Compare(Compare.Kind.GT), gates, zero);
    Value weighted = builder.add(new Mul(), outputs.wide(), gates);
    Value counted = builder.add(new Select(), isMember, weighted, zero);
    return outputs.narrow(builder, builder.add(new ReduceSum(ImmutableList.of(0), false), counted));
  }
}
