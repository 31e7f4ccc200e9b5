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
import nibble.ir.op.MatMul;
import nibble.ir.shape.Dim;
import nibble.passes.PassContext;
import nibble.passes.SparsityCosts.Estimate;

/**
 * What sparse weights of a function's products are worth.
 *
 * @param layout of the weights
 * @param format in which operands are multiplied
 * @param rows of activations; of each product its own where there is none
 * @param target that is asked for; that of the command where there is none
 * @param sizes of the sample inputs, by symbol; none where they do not fit
 * @param context knows the costs
 */
record SparsityGain(
    SparseLayout layout, NumberFormat format, Optional<Long> rows, Optional<String> target, Map<String, Long> sizes,
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

  /** The modelled times of a product; nothing where nobody knows costs, or its size. */
  Optional<Estimate> of(Operation product) {
    Optional<Long> count = rows.or(() -> rowsOf(product));
    TensorType weight = product.operand(1).tensorType();
    if (context.environment().costs().isEmpty() || count.isEmpty() || count.get() == 0
        || weight.rank() != 2 || !weight.shape().isConstant() || weight.shape().size().constant() == 0) {
      return Optional.empty();
    }
    int inner = ((MatMul) product.op()).transposeB() ? 1 : 0;
    return Optional.of(context.environment().costs().get().of(
        count.get(), weight.shape().dim(1 - inner).constant(), weight.shape().dim(inner).constant(), format, layout,
        target));
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
