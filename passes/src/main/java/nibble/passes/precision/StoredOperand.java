package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Cast;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.op.Transpose;
import nibble.ir.op.ViewOp;
import nibble.ir.op.Weight;

/**
 * An operand of a matrix product as it is stored: below the casts and transposes that stand between it and the product.
 * It is quantized there, and transposed again behind the dequantize, so that it is stored once, as codes.
 *
 * @param stored the value that is quantized
 * @param transposes what stands between it and the product, the product's side first; none of the casts
 * @param weight the weight that it is or is a view of, where it is one
 * @param description what the operand is, for people: {@code weight 'q'}, {@code result of softmax}, {@code input %x}
 */
record StoredOperand(Value stored, ImmutableList<Operation> transposes, Optional<Weight> weight, String description) {

  static StoredOperand of(Value operand, Definitions definitions) {
    List<Operation> transposes = new ArrayList<>();
    Value stored = operand;
    Optional<Operation> below = definitions.of(stored);
    while (below.isPresent()) {
      boolean cast = below.get().op() instanceof Cast && below.get().operand(0).tensorType().format().isFloat();
      if (below.get().op() instanceof Transpose) {
        transposes.add(below.get());
      } else if (!cast) {
        break;
      }
      stored = below.get().operand(0);
      below = definitions.of(stored);
    }
    Optional<Weight> weight = definitions
        .of(origin(stored, definitions, op -> op instanceof ViewOp || op instanceof Cast))
        .filter(operation -> operation.op() instanceof Weight)
        .map(operation -> (Weight) operation.op());
    return new StoredOperand(stored, ImmutableList.copyOf(transposes), weight, description(stored, definitions));
  }

  /** Walks down through ops of one operand. */
  private static Value origin(Value value, Definitions definitions, Predicate<Op> passes) {
    Value origin = value;
    Optional<Operation> below = definitions.of(origin);
    while (below.isPresent() && passes.test(below.get().op())) {
      origin = below.get().operand(0);
      below = definitions.of(origin);
    }
    return origin;
  }

  /** What is computed or given, whatever views, casts and quantizers it goes through. */
  private static String description(Value stored, Definitions definitions) {
    Value origin = origin(stored, definitions, op ->
        op instanceof ViewOp || op instanceof Cast || op instanceof Dequantize || op instanceof Quantize);
    Optional<Operation> definition = definitions.of(origin);
    if (definition.isEmpty()) {
      return "input " + origin;
    }
    return definition.get().op() instanceof Weight weight
        ? "weight '" + weight.key() + "'"
        : "result of " + definition.get().op().name();
  }

  /** The axis of the stored value that an axis of the operand is. */
  int storedAxis(int axis) {
    int stored = axis;
    for (Operation transpose : transposes) {
      stored = ((Transpose) transpose.op()).axes().get(stored);
    }
    return stored;
  }

  /** The transposes in the order in which they apply to the stored value. */
  ImmutableList<Operation> fromStored() {
    return transposes.reverse();
  }
}
