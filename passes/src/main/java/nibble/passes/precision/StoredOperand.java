package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.op.Weight;

/**
 * An operand of a matrix product as it is stored: below the casts and transposes that stand between it and the product. It is
 * quantized there, and transposed again behind the dequantize, so that it is stored once, as codes.
 *
 * @param stored the value that is quantized
 * @param transposes what stands between it and the product, the product's side first; none of the casts
 * @param weight the weight that it is or is a view of, where it is one
 * @param definition of the operand itself; nothing for inputs
 */
record StoredOperand(
    Value stored, ImmutableList<Transpose> transposes, Optional<Weight> weight, Optional<Operation> definition) {

  static StoredOperand of(Value operand, Definitions definitions) {
    List<Transpose> transposes = new ArrayList<>();
    Value stored = operand;
    Optional<Operation> below = definitions.of(stored);
    while (below.isPresent()) {
      boolean cast = below.get().op() instanceof Cast && below.get().operand(0).tensorType().format().isFloat();
      if (below.get().op() instanceof Transpose transpose) {
        transposes.add(transpose);
      } else if (!cast) {
        break;
      }
      stored = below.get().operand(0);
      below = definitions.of(stored);
    }
    return new StoredOperand(
        stored, ImmutableList.copyOf(transposes), weight(stored, definitions), definitions.of(operand));
  }

  private static Optional<Weight> weight(Value stored, Definitions definitions) {
    Optional<Operation> below = definitions.of(stored);
    while (below.isPresent() && (below.get().op() instanceof ViewOp || below.get().op() instanceof Cast)) {
      below = definitions.of(below.get().operand(0));
    }
    return below.filter(operation -> operation.op() instanceof Weight).map(operation -> (Weight) operation.op());
  }

  /** The axis of the stored value that an axis of the operand is. */
  int storedAxis(int axis) {
    int stored = axis;
    for (Transpose transpose : transposes) {
      stored = transpose.axes().get(stored);
    }
    return stored;
  }

  /** The transposes in the order in which they apply to the stored value. */
  ImmutableList<Transpose> fromStored() {
    return transposes.reverse();
  }

  /** What the operand is, for people. */
  String description() {
    return weight.map(w -> "weight '" + w.key() + "'")
        .or(() -> definition.map(operation -> "result of " + operation.op().name()))
        .orElse("input " + stored);
  }
}
