package nibble.ir.op;

import java.util.List;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;

/** An op that means a few simpler ones. Kernels compute it as these, and its error is theirs. */
public interface CompositeOp extends TensorOp {
  /** Appends the simpler ops and returns the result; it has the type that {@link #infer} gives. */
  Value decompose(BlockBuilder builder, List<Value> operands);

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = operands.stream().map(o -> builder.argument(o.exact().type())).toList();
    Block body = builder.build(decompose(builder, arguments));
    return new RunningBounds(model).run(body, operands).getFirst().error();
  }
}
