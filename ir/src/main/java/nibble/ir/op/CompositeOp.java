package nibble.ir.op;

import java.util.List;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.bound.RunningBounds;
import nibble.ir.eval.Tensor;

/**
 * An op that means a few simpler ones. Kernels compute it as these, and its error is theirs: that which running
 * analysis finds for them.
 */
public interface CompositeOp extends TensorOp {
  /** Appends the simpler ops and returns the result; it has the type that {@link #infer} gives. */
  Value decompose(BlockBuilder builder, List<Value> operands);

  @Override
  default double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    BlockBuilder builder = new BlockBuilder();
    List<Value> arguments = operands.stream().map(o -> builder.argument(o.exact().type())).toList();
    Block body = builder.build(decompose(builder, arguments));
    Approximate parts = new RunningBounds(model).run(body, operands).getFirst();
    double[] error = new double[result.size()];
    for (int i = 0; i < error.length; i++) {
      // The bound is one around what the parts give in f64, which may be rounded otherwise than what the op gives.
      double exact = result.elements()[i];
      double other = parts.exact().elements()[i];
      double distance = exact == other ? 0 : Math.abs(exact - other);
      // More than the f32 arithmetic of the parts may lose is no rounding of f64: the op means something else.
      error[i] = distance <= parts.error()[i] ? parts.error()[i] + distance : Double.POSITIVE_INFINITY;
    }
    return error;
  }
}
