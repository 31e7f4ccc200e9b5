package nibble.passes.precision;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;

/**
 * Values that do not depend on inputs: what is computed from weights and constants alone.
 *
 * @param definitions of the function's values
 */
record ConstantValues(Definitions definitions) {
  /** The one weight that a value is computed from, with constants at most; nothing where there is anything else. */
  Optional<Weight> weight(Value value) {
    Set<Weight> weights = new LinkedHashSet<>();
    return collect(value, weights) && weights.size() == 1 ? Optional.of(weights.iterator().next()) : Optional.empty();
  }

  /** Whether a value is computed from weights and constants alone. */
  boolean isConstant(Value value) {
    return collect(value, new LinkedHashSet<>());
  }

  private boolean collect(Value value, Set<Weight> weights) {
    Optional<Operation> definition = definitions.of(value);
    if (definition.isEmpty()) {
      return false;
    }
    if (definition.get().op() instanceof Weight weight) {
      weights.add(weight);
      return true;
    }
    return definition.get().op() instanceof TensorOp
        && definition.get().operands().stream().allMatch(operand -> collect(operand, weights));
  }

  /** The value, where it does not depend on inputs and its shape is constant. */
  Optional<Tensor> tensor(Value value, WeightSource source) {
    Optional<Operation> definition = definitions.of(value);
    if (definition.isEmpty() || !value.tensorType().shape().isConstant()) {
      return Optional.empty();
    }
    if (definition.get().op() instanceof Weight weight) {
      return Optional.of(source.weight(weight.key(), weight.result()));
    }
    if (!(definition.get().op() instanceof TensorOp op)) {
      return Optional.empty();
    }
    List<Tensor> operands = new ArrayList<>();
    for (Value operand : definition.get().operands()) {
      Optional<Tensor> tensor = tensor(operand, source);
      if (tensor.isEmpty()) {
        return Optional.empty();
      }
      operands.add(tensor.get());
    }
    return Optional.of(op.eval(operands, value.tensorType()));
  }
}
