package nibble.ir.bound;

import com.google.common.collect.ImmutableList;
import java.util.function.ToDoubleFunction;
import nibble.ir.op.ReduceOp;

/** A reduction by any function of the elements, with the loops of the real ones. */
record Collecting(ImmutableList<Integer> axes, boolean keep, ToDoubleFunction<double[]> function) implements ReduceOp {
  @Override
  public double reduce(double[] fibre) {
    // Reductions run in parallel, and the function may draw random numbers.
    synchronized (function) {
      return function.applyAsDouble(fibre);
    }
  }

  @Override
  public double fibreError(double[] fibre, double[] errors, double result, ErrorModel model) {
    throw new UnsupportedOperationException();
  }
}
