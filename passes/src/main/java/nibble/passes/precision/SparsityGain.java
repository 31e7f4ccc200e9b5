package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Tensor;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.ir.op.MatMul;
import nibble.ir.shape.Dim;
import nibble.passes.PassContext;
import nibble.passes.SparsityCosts.Estimate;

/**
 * What sparse weights of a function's products are worth.
 *
 * @param format in which operands are multiplied
 * @param rows of activations; of each product its own where there is none
 * @param target that is asked for; that of the command where there is none
 * @param sizes of the sample inputs, by symbol; none where they do not fit
 * @param context knows the costs
 */
record SparsityGain(
    NumberFormat format, Optional<Long> rows, Optional<String> target, Map<String, Long> sizes,
    PassContext context) {
  /** The sizes of a function's sample inputs; none where there are none that fit. */
  static Map<String, Long> sizes(Function function, PassContext context) {
    ImmutableList<Tensor> inputs = context.environment().inputs().get(function.name());
    if (inputs == null) {
      return Map.of();
    }
    try {
      return Interpreter.bind(function, inputs);
    } catch (InputException e) {
      // Such as those of other sizes than the function was fixed to.
      return Map.of();
    }
  }

  /** Extents of a product. */
  private record Extents(long rows, long columns, long depth) {}

  private Optional<Extents> extents(Operation product) {
    Optional<Long> count = rows.or(() -> rowsOf(product));
    TensorType weight = product.operand(1).tensorType();
    if (count.isEmpty() || count.get() == 0 || weight.rank() != 2 || !weight.shape().isConstant()
        || weight.shape().size().constant() == 0) {
      return Optional.empty();
    }
    int inner = ((MatMul) product.op()).transposeB() ? 1 : 0;
    return Optional.of(new Extents(
        count.get(), weight.shape().dim(1 - inner).constant(), weight.shape().dim(inner).constant()));
  }

  /** The modelled times of a product with such a weight; nothing where nobody knows costs, or its size. */
  Optional<Estimate> of(Operation product, SparseLayout layout) {
    return context.environment().costs().flatMap(costs -> extents(product).map(extents ->
        costs.of(extents.rows, extents.columns, extents.depth, format, layout, target)));
  }

  /**
   * V and M for a product that shall be so many times as fast; nothing where none is, or nobody knows costs or its
   * size.
   */
  Optional<SparseLayout> choose(Operation product, VNOfM most, double gain) {
    return context.environment().costs().flatMap(costs -> extents(product).flatMap(extents ->
        costs.choose(extents.rows, extents.columns, extents.depth, format, most, gain, target)));
  }

  private Optional<Long> rowsOf(Operation product) {
    TensorType left = product.operand(0).tensorType();
    Dim count = left.shape().slice(0, left.rank() - 1).size();
    return sizes.keySet().containsAll(count.symbols()) ? Optional.of(count.evaluate(sizes)) : Optional.empty();
  }

  /** Whether a product is to be left dense: it does not pay, and nobody insists. */
  boolean isRefused(Estimate estimate) {
    return estimate.obstacle().isPresent() && !context.environment().costs().orElseThrow().isForced();
  }
}
